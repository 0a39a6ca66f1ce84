package provider

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// userinfo answers GET and POST /userinfo (OpenID Connect Core section 5.3).
func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) error {
	sent, fault := readBearer(r)
	if fault != nil {
		return challenge(w, r, fault)
	}
	if sent.token == "" {
		// Without a token there is no error to name (RFC 6750 section 3.1).
		w.Header()["Www-Authenticate"] = []string{`Bearer realm="symbolon"`, dpopChallenge()}
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	claims, ok := p.openAccess(sent.token)
	if !ok {
		return challenge(w, r, invalidToken())
	}
	proof, fault := p.heldBy(w, r, sent, claims)
	if fault != nil {
		return challenge(w, r, fault)
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
	if err := p.spendProof(r.Context(), proof); err != nil {
		return challenge(w, r, onResource(asError(err)))
	}
	return writeJSON(w, p.claims(user, scopes))
}

func invalidToken() *Error {
	return &Error{Status: http.StatusUnauthorized, Name: "invalid_token", Description: "The access token is malformed, expired or revoked."}
}

// challenge answers with e, in the header too (RFC 6750 section 3, RFC 9449 section 7.1). An outage
// is no challenge.
func challenge(w http.ResponseWriter, r *http.Request, e *Error) error {
	if e.Status >= http.StatusInternalServerError {
		return writeError(w, r, e)
	}
	scheme := `Bearer realm="symbolon"`
	if len(r.Header["Dpop"]) > 0 || e.Name == "invalid_dpop_proof" {
		scheme = dpopChallenge()
	}
	header := fmt.Sprintf(`%s, error=%q, error_description=%q`, scheme, e.Name, e.Description)
	if e.Name == "insufficient_scope" {
		header += `, scope="openid"`
	}
	w.Header().Set("WWW-Authenticate", header)
	return writeError(w, r, e)
}

// presented is an access token as it came.
type presented struct {
	token string
	dpop  bool // with the scheme DPoP
}

// readBearer finds the access token in the header or in a form body, "" when there is none. One in
// the URL is refused: URLs are logged.
func readBearer(r *http.Request) (presented, *Error) {
	if r.URL.RawQuery != "" && inQuery(r) {
		return presented{}, refuse("invalid_request", "An access token is never sent in the URL.")
	}
	sent, fault := bearerHeader(r.Header["Authorization"])
	if fault != nil || r.Method != http.MethodPost || !isForm(r.Header) {
		return sent, fault
	}
	form, fault := readForm(r)
	if fault != nil {
		return presented{}, fault
	}
	posted := form.Get("access_token")
	if sent.token != "" && posted != "" {
		return presented{}, refuse("invalid_request", "The access token is sent in more than one way.")
	}
	sent.token += posted
	return sent, nil
}

func bearerHeader(header []string) (presented, *Error) {
	if len(header) > 1 {
		return presented{}, refuse("invalid_request", "The Authorization header is repeated.")
	}
	if len(header) == 0 {
		return presented{}, nil
	}
	scheme, token, _ := strings.Cut(header[0], " ")
	bound := strings.EqualFold(scheme, "DPoP")
	if !bound && !strings.EqualFold(scheme, "Bearer") {
		return presented{}, nil
	}
	if token == "" || strings.ContainsAny(token, " \t,") {
		return presented{}, refuse("invalid_request", "The Authorization header is malformed.")
	}
	return presented{token, bound}, nil
}
