package provider

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

type userinfoEndpoint struct {
	place
	proofs *proofs
	tokens *tokenMaker
	keys   *keys.Ring
}

// Userinfo answers GET and POST /userinfo (OpenID Connect Core section 5.3). A refusal stands in the
// header as well (RFC 6750 section 3, RFC 9449 section 7.1); an outage is no challenge.
func (e *userinfoEndpoint) Userinfo(w http.ResponseWriter, r *http.Request) error {
	return challenged(w, r, e.answer(w, r))
}

// challenged puts the refusal err into the header.
func challenged(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil || web.Begun(w) {
		return err
	}
	refusal := asError(err)
	if refusal.Status < http.StatusInternalServerError {
		w.Header().Set("WWW-Authenticate", challenge(r, refusal))
	}
	return refusal
}

func (e *userinfoEndpoint) answer(w http.ResponseWriter, r *http.Request) error {
	sent, fault := readBearer(r)
	if fault != nil {
		return fault
	}
	if sent.token == "" {
		// Without a token there is no error to name (RFC 6750 section 3.1).
		w.Header()["Www-Authenticate"] = []string{`Bearer realm="symbolon"`, dpopChallenge()}
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	claims, ok := e.tokens.openAccess(sent.token)
	if !ok {
		return invalidToken()
	}
	proof, fault := e.proofs.heldBy(w, r, sent, claims.Confirms)
	if fault != nil {
		return fault
	}
	token, err := e.tokens.state(r.Context(), claims)
	switch {
	case err != nil:
		return err
	case !token.Alive:
		return invalidToken()
	case !slices.Contains(strings.Fields(claims.Scope), "openid") || token.User.ID == "":
		return &Error{Status: http.StatusForbidden, Name: "insufficient_scope", Description: "The access token does not have the openid scope."}
	case !slices.Contains(claims.Audience, e.Issuer):
		return forAnother()
	}
	if err := e.proofs.spendProof(r.Context(), proof); err != nil {
		return onResource(asError(err))
	}
	return e.writeUserinfo(w, r, claims, token)
}

// writeUserinfo answers as JSON, or signed when the client registered that (section 5.3.2).
func (e *userinfoEndpoint) writeUserinfo(w http.ResponseWriter, r *http.Request, access accessClaims, token storage.TokenState) error {
	scopes, claims := strings.Fields(access.Scope), map[string]any{"sub": access.Subject}
	tell(claims, &token.User, scopes, token.Named)
	if token.Named != nil {
		tellNamed(claims, &token.User, scopes, token.Named.UserInfo)
	}
	if token.UserInfoAlg == "" {
		return writeJSON(w, claims)
	}
	claims["iss"], claims["aud"] = e.Issuer, access.ClientID
	signed, err := e.keys.Sign(r.Context(), token.UserInfoAlg, userinfoType, claims)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/jwt")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(signed))
	return nil
}

// userinfoType: signed userinfo says no type. It is no ID token and must not pass for one, but there is
// no name for what it is, and clients refuse names that they do not know.
const userinfoType = ""

func invalidToken() *Error {
	return &Error{Status: http.StatusUnauthorized, Name: "invalid_token", Description: "The access token is malformed, expired or revoked."}
}

// forAnother refuses a token that was sent to another resource server, which could use it here.
func forAnother() *Error {
	return &Error{Status: http.StatusUnauthorized, Name: "invalid_token", Description: "The access token is for another resource. Request one that has the issuer in its aud."}
}

func challenge(r *http.Request, e *Error) string {
	scheme := `Bearer realm="symbolon"`
	if len(r.Header["Dpop"]) > 0 || e.Name == "invalid_dpop_proof" {
		scheme = dpopChallenge()
	}
	header := fmt.Sprintf(`%s, error=%q, error_description=%q`, scheme, e.Name, e.Description)
	if e.Name == "insufficient_scope" {
		header += `, scope="openid"`
	}
	return header
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
		return presented{}, refuse("invalid_request", "The access token must not be sent in the URL.")
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
		return presented{}, refuse("invalid_request", "The access token was sent in more than one way.")
	}
	sent.token += posted
	return sent, nil
}

func bearerHeader(header []string) (presented, *Error) {
	if len(header) > 1 {
		return presented{}, refuse("invalid_request", "The Authorization header was sent more than once.")
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
