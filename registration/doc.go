// Package registration lets software that no operator knows become a client: by a document it
// publishes (Client ID Metadata Documents), or by registering itself (RFC 7591, RFC 7592).
//
//	clients.go   Clients: a client_id that is a URL is looked up there
//	document.go  the client metadata document; keep.go what is stored of it; flight.go by one at a time
//	keyset.go    KeySets: the keys that registered clients publish themselves
//	POST   /register       register.go: makes a client as request.go reads it; merge.go: the same public one only once
//	GET    /register/{id}  manage.go: with the token given at registration
//	PUT    /register/{id}  update.go
//	DELETE /register/{id}  manage.go
//	metadata.go  what both doors read of a client; json.go its strict parser
//	openid.go    what OpenID Connect adds; sector.go whether a client is of the sector it names
//	rules.go     what an operator decides about both
//	initial.go   who may register; issuedtokens.go makes what they show; token.go registration access tokens, and initial ones of the configuration
//	logo.go      what clients look like: fetched once, drawn anew by picture.go
//	answer.go    what is answered
//
// Whatever comes in passes the one validator of package clients. Nothing here is ever first party:
// people are asked before such a client gets anything.
package registration
