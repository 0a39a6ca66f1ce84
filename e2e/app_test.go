package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// app is a relying party built from the libraries that real ones are built from.
type app struct {
	registered
	d        *deployment
	provider *oidc.Provider
	config   oauth2.Config
	ctx      context.Context // carries its HTTP client
	http     *http.Client
}

const webCallback = "https://app.example/callback"

// app registers a client. Without --redirect-uri among the flags it is sent back to webCallback.
func (d *deployment) app(t testing.TB, flags ...string) *app {
	t.Helper()
	redirect := webCallback
	for i, flag := range flags {
		if flag == "--redirect-uri" {
			redirect = flags[i+1]
		}
	}
	if redirect == webCallback {
		flags = append(flags, "--redirect-uri", redirect)
	}
	a := d.appOf(t, d.create(t, "client", append(flags, "--name", "Weather app")...))
	a.config.RedirectURL = redirect
	return a
}

// appOf is an app that is registered already, to be sent back to webCallback.
func (d *deployment) appOf(t testing.TB, r registered) *app {
	t.Helper()
	a := &app{registered: r, d: d, http: httpClient()}
	a.ctx = context.WithValue(context.Background(), oauth2.HTTPClient, a.http)
	a.provider = must[*oidc.Provider](t)(oidc.NewProvider(a.ctx, d.issuer))
	a.config = oauth2.Config{
		ClientID: a.ClientID, ClientSecret: a.ClientSecret, Endpoint: a.provider.Endpoint(), RedirectURL: webCallback,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}
	return a
}

// request is an authorization request of an app.
type request struct{ url, state, nonce, verifier string }

// begin makes an authorization request; more are pairs of further parameters.
func (a *app) begin(more ...string) request {
	q := request{state: random(), nonce: random(), verifier: lab.seen.secret("code verifier", oauth2.GenerateVerifier())}
	options := []oauth2.AuthCodeOption{oidc.Nonce(q.nonce), oauth2.S256ChallengeOption(q.verifier)}
	for i := 0; i+1 < len(more); i += 2 {
		options = append(options, oauth2.SetAuthURLParam(more[i], more[i+1]))
	}
	q.url = a.config.AuthCodeURL(q.state, options...)
	return q
}

// redeem checks the answer as RFC 9207 asks, and exchanges the code.
func (a *app) redeem(t testing.TB, q request, answer url.Values) *oauth2.Token {
	t.Helper()
	if answer.Get("state") != q.state || answer.Get("iss") != a.d.issuer || answer.Get("error") != "" {
		t.Fatalf("the answer is not the one to our request: %v", answer)
	}
	token := must[*oauth2.Token](t)(a.config.Exchange(a.ctx, answer.Get("code"), oauth2.VerifierOption(q.verifier)))
	return remembered(token)
}

func remembered(token *oauth2.Token) *oauth2.Token {
	lab.seen.secret("access token", token.AccessToken)
	lab.seen.secret("refresh token", token.RefreshToken)
	if id, ok := token.Extra("id_token").(string); ok {
		lab.seen.secret("ID token", id)
	}
	return token
}

// tokens lets somebody sign in with a fresh browser and allow the app.
func (a *app) tokens(t testing.TB, who person, more ...string) *oauth2.Token {
	t.Helper()
	token, _ := a.tokensIn(t, a.d.visitor(t), who, more...)
	return token
}

func (a *app) tokensIn(t testing.TB, v *visitor, who person, more ...string) (*oauth2.Token, *visitor) {
	t.Helper()
	q := a.begin(more...)
	return a.redeem(t, q, v.arrive(a.d, v.get(q.url), who)), v
}

// code is an unspent code and the verifier that goes with it, from a browser that is signed in.
func (a *app) code(t testing.TB, v *visitor, who person) (code, verifier string) {
	t.Helper()
	q := a.begin()
	return v.arrive(a.d, v.get(q.url), who).Get("code"), q.verifier
}

// reply is what an endpoint says to a program.
type reply struct {
	page
	fields map[string]any
}

func (r reply) text(name string) string { s, _ := r.fields[name].(string); return s }
func (r reply) active() bool            { return r.fields["active"] == true }

// call posts a form to an endpoint of a node or deployment as this client.
func (a *app) call(t testing.TB, at, endpoint string, pairs ...string) reply {
	t.Helper()
	r, err := call(a.http, at+endpoint, a.registered, pairs...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// call may be used by many goroutines.
func call(client *http.Client, address string, as registered, pairs ...string) (reply, error) {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	if as.ClientSecret == "" && as.ClientID != "" {
		form.Set("client_id", as.ClientID)
	}
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if as.ClientSecret != "" {
		r.SetBasicAuth(as.ClientID, as.ClientSecret)
	}
	return replied(client, r)
}

func replied(client *http.Client, r *http.Request) (reply, error) {
	p, err := sent(client, r)
	if err != nil {
		return reply{}, err
	}
	answer := reply{page: p, fields: map[string]any{}}
	_ = json.Unmarshal([]byte(p.body), &answer.fields) // what is no JSON has no fields
	for _, name := range []string{"access_token", "refresh_token", "id_token"} {
		lab.seen.secret(name, answer.text(name))
	}
	return answer, nil
}

func (a *app) refresh(t testing.TB, at, refreshToken string) reply {
	t.Helper()
	return a.call(t, at, "/token", "grant_type", "refresh_token", "refresh_token", refreshToken)
}

func (a *app) introspect(t testing.TB, at, token string) reply {
	t.Helper()
	return a.call(t, at, "/introspect", "token", token)
}

// claimsOf reads what a token says. Whether it is genuine was seen when it was redeemed, or does not
// matter.
func claimsOf(t testing.TB, token string, into any) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatal("this is no signed token")
	}
	if err := json.Unmarshal(must[[]byte](t)(base64.RawURLEncoding.DecodeString(parts[1])), into); err != nil {
		t.Fatal(err)
	}
}
