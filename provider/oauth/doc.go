// Package oauth has the words that all of OAuth speaks: how a request is read, strictly (params.go, decode.go,
// form.go), how it is refused (error.go), with a hint for developers (hint.go, differs.go), how redirect URIs
// are compared (redirect.go), what binds a token to a key (confirmation.go), where the endpoints are
// (place.go). It knows neither tokens nor sessions.
package oauth
