package provider

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// userinfo answers GET and POST /userinfo (OpenID Connect Core section 5.3).
func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) error {
	token, fault := readBearer(r)
	if fault != nil {
		return challenge(w, r, fault)
	}
	if token == "" {
		// Without a token there is no error to name (RFC 6750 section 3.1).
		w.Header().Set("WWW-Authenticate", `Bearer realm="symbolon"`)
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	claims, ok := p.openAccess(token)
	if !ok {
		return challenge(w, r, invalidToken())
	}
	scopes := strings.Fields(claims.Scope)
	user, alive, err := p.state(r.Context(), claims)
	switch {
	case err != nil:
		return writeError(w, r, err)
	case !alive:
		return challenge(w, r, invalidToken())
	case !slices.Contains(scopes, "openid") || user.ID == "":
		return challenge(w, r, &Error{Status: http.StatusForbidden, Name: "insufficient_scope", Description: "The token lacks the scope openid."})
	}
	return writeJSON(w, p.claims(user, scopes))
}

func invalidToken() *Error {
	return &Error{Status: http.StatusUnauthorized, Name: "invalid_token", Description: "The access token is malformed, expired or revoked."}
}

// challenge answers with e, in the header too (RFC 6750 section 3).
func challenge(w http.ResponseWriter, r *http.Request, e *Error) error {
	header := fmt.Sprintf(`Bearer realm="symbolon", error=%q, error_description=%q`, e.Name, e.Description)
	if e.Name == "insufficient_scope" {
		header += `, scope="openid"`
	}
	w.Header().Set("WWW-Authenticate", header)
	return writeError(w, r, e)
}

// readBearer finds the access token in the header or in a form body, "" when there is none. One in
// the URL is refused: URLs are logged.
func readBearer(r *http.Request) (string, *Error) {
	if r.URL.RawQuery != "" && inQuery(r) {
		return "", refuse("invalid_request", "An access token is never sent in the URL.")
	}
	token, fault := bearerHeader(r.Header["Authorization"])
	if fault != nil || r.Method != http.MethodPost || !isForm(r.Header) {
		return token, fault
	}
	form, fault := readForm(r)
	if fault != nil {
		return "", fault
	}
	posted := form.Get("access_token")
	if token != "" && posted != "" {
		return "", refuse("invalid_request", "The access token is sent in more than one way.")
	}
	return token + posted, nil
}

func bearerHeader(header []string) (string, *Error) {
	if len(header) > 1 {
		return "", refuse("invalid_request", "The Authorization header is repeated.")
	}
	if len(header) == 0 {
		return "", nil
	}
	scheme, token, _ := strings.Cut(header[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", nil
	}
	if token == "" || strings.ContainsAny(token, " \t,") {
		return "", refuse("invalid_request", "The Authorization header is malformed.")
	}
	return token, nil
}
