package userinfo

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/clientauth"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/provider/userclaims"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Endpoint returns claims about users to clients.
type Endpoint struct {
	oauth.Place
	Proofs *clientauth.Proofs
	Tokens *token.Maker
	Keys   *keys.Ring
}

// Userinfo answers GET and POST /userinfo (OpenID Connect Core section 5.3). A refusal is in the
// header as well (RFC 6750 section 3, RFC 9449 section 7.1); an outage is no challenge.
func (e *Endpoint) Userinfo(w http.ResponseWriter, r *http.Request) error {
	return challenged(w, r, e.answer(w, r))
}

// challenged puts the refusal err into the header.
func challenged(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil || web.Begun(w) {
		return err
	}
	refusal := oauth.AsError(err)
	if refusal.Status < http.StatusInternalServerError {
		w.Header().Set("WWW-Authenticate", challenge(r, refusal))
	}
	return refusal
}

func (e *Endpoint) answer(w http.ResponseWriter, r *http.Request) error {
	sent, fault := readBearer(r)
	if fault != nil {
		return fault
	}
	if sent.Token == "" {
		// Without a token there is no error to name (RFC 6750 section 3.1).
		w.Header()["Www-Authenticate"] = []string{`Bearer realm="symbolon"`, clientauth.DPoPChallenge()}
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	claims, ok := e.Tokens.OpenAccess(sent.Token)
	if !ok {
		return clientauth.InvalidToken()
	}
	proof, fault := e.Proofs.HeldBy(w, r, sent, claims.Confirms)
	if fault != nil {
		return fault
	}
	token, err := e.Tokens.State(r.Context(), claims)
	switch {
	case err != nil:
		return err
	case !token.Alive:
		return clientauth.InvalidToken()
	case !slices.Contains(strings.Fields(claims.Scope), "openid") || token.User.ID == "":
		return &oauth.Error{Status: http.StatusForbidden, Name: "insufficient_scope", Description: "The access token does not have the openid scope."}
	case !slices.Contains(claims.Audience, e.Issuer):
		return forAnother()
	}
	if err := e.Proofs.SpendProof(r.Context(), proof); err != nil {
		return clientauth.OnResource(oauth.AsError(err))
	}
	return e.writeUserinfo(w, r, claims, token)
}

// writeUserinfo answers as JSON, or signed when the client registered that (section 5.3.2).
func (e *Endpoint) writeUserinfo(w http.ResponseWriter, r *http.Request, access token.AccessClaims, token storage.TokenState) error {
	scopes, claims := strings.Fields(access.Scope), map[string]any{"sub": access.Subject}
	userclaims.Add(claims, &token.User, scopes, token.Named)
	if token.Named != nil {
		userclaims.AddNamed(claims, &token.User, scopes, token.Named.UserInfo)
	}
	if token.UserInfoAlg == "" {
		return web.WriteJSON(w, http.StatusOK, claims)
	}
	claims["iss"], claims["aud"] = e.Issuer, access.ClientID
	signed, err := e.Keys.Sign(r.Context(), token.UserInfoAlg, userinfoType, claims)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/jwt")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(signed))
	return nil
}

// userinfoType is none: signed userinfo says no type. It is no ID token and must not pass for one, but there is
// no name for what it is, and clients refuse names that they do not know.
const userinfoType = ""

// forAnother refuses a token that was sent to another resource server, which could use it here.
func forAnother() *oauth.Error {
	return &oauth.Error{Status: http.StatusUnauthorized, Name: "invalid_token", Description: "The access token is for another resource. Request one that has the issuer in its aud."}
}

func challenge(r *http.Request, e *oauth.Error) string {
	scheme := `Bearer realm="symbolon"`
	if len(r.Header["Dpop"]) > 0 || e.Name == "invalid_dpop_proof" {
		scheme = clientauth.DPoPChallenge()
	}
	header := fmt.Sprintf(`%s, error=%q, error_description=%q`, scheme, e.Name, e.Description)
	if e.Name == "insufficient_scope" {
		header += `, scope="openid"`
	}
	return header
}

// readBearer finds the access token in the header or in a form body, "" when there is none. One in
// the URL is refused: URLs are logged.
func readBearer(r *http.Request) (clientauth.Presented, *oauth.Error) {
	if r.URL.RawQuery != "" && oauth.InQuery(r) {
		return clientauth.Presented{}, oauth.Refuse("invalid_request", "The access token must not be sent in the URL.")
	}
	sent, fault := bearerHeader(r.Header["Authorization"])
	if fault != nil || r.Method != http.MethodPost || !oauth.IsForm(r.Header) {
		return sent, fault
	}
	form, fault := oauth.ReadForm(r)
	if fault != nil {
		return clientauth.Presented{}, fault
	}
	posted := form.Get("access_token")
	if sent.Token != "" && posted != "" {
		return clientauth.Presented{}, oauth.Refuse("invalid_request", "The access token was sent in more than one way.")
	}
	sent.Token += posted
	return sent, nil
}

func bearerHeader(header []string) (clientauth.Presented, *oauth.Error) {
	if len(header) > 1 {
		return clientauth.Presented{}, oauth.Refuse("invalid_request", "The Authorization header was sent more than once.")
	}
	if len(header) == 0 {
		return clientauth.Presented{}, nil
	}
	scheme, token, _ := strings.Cut(header[0], " ")
	bound := strings.EqualFold(scheme, "DPoP")
	if !bound && !strings.EqualFold(scheme, "Bearer") {
		return clientauth.Presented{}, nil
	}
	if token == "" || strings.ContainsAny(token, " \t,") {
		return clientauth.Presented{}, oauth.Refuse("invalid_request", "The Authorization header is malformed.")
	}
	return clientauth.Presented{Token: token, DPoP: bound}, nil
}
