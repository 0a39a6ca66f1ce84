package e2e

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
)

// told is what this test reads of a person.
type told struct {
	Subject     string   `json:"sub"`
	GivenName   string   `json:"given_name"`
	Username    string   `json:"preferred_username"`
	Zoneinfo    string   `json:"zoneinfo"`
	Email       string   `json:"email"`
	Phone       string   `json:"phone_number"`
	PhoneProven *bool    `json:"phone_number_verified"`
	Groups      []string `json:"groups"`
	Address     struct {
		Street  string `json:"street_address"`
		Country string `json:"country"`
	} `json:"address"`
}

// A person fills in the page of their profile; a program that signs its userinfo reads it.
func TestAppLearnsWhatThePersonSaysOnTheirProfile(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a := d.app(t, "--scope", "openid profile phone address", "--subject-type", "pairwise", "--userinfo-signing-alg", "ES256",
			"--signing-alg", "ES256", "--id-token-claims", "minimal")
		a.config.Scopes = []string{oidc.ScopeOpenID, "profile", "phone", "address"}
		v, who := d.visitor(t), d.person(t)
		v.signIn(d, v.get("/login"), who)
		v.follow(v.submit(v.get("/account/profile"), "/account/profile", "name", "Ada", "given_name", "Ada", "zoneinfo", "Europe/London",
			"phone_number", "+44 20 7946 0000", "street_address", "12 St James's Square", "country", "UK", "preferred_username", "root"))
		d.command(t, "user", "update", who.id, "--preferred-username", "ada")

		token, _ := a.tokensIn(t, v, who)
		raw := token.Extra("id_token").(string)
		id := must[*oidc.IDToken](t)(a.provider.Verifier(&oidc.Config{ClientID: a.ClientID, SupportedSigningAlgs: []string{oidc.ES256}}).Verify(a.ctx, raw))
		var inToken, inUserinfo told
		claimsOf(t, raw, &inToken)
		info := must[*oidc.UserInfo](t)(a.provider.UserInfo(a.ctx, a.config.TokenSource(a.ctx, token))) // checks the signature
		if err := info.Claims(&inUserinfo); err != nil {
			t.Fatal(err)
		}
		if id.Subject != info.Subject || id.Subject == who.id || !strings.HasPrefix(id.Subject, "p_") || inToken.GivenName != "" {
			t.Errorf("subjects %s and %s of user %s; the ID token tells %+v", id.Subject, info.Subject, who.id, inToken)
		}
		u := inUserinfo
		if u.GivenName != "Ada" || u.Username != "ada" || u.Zoneinfo != "Europe/London" || u.Email != "" || u.Phone != "+442079460000" ||
			u.PhoneProven == nil || *u.PhoneProven || u.Address.Street != "12 St James's Square" || u.Address.Country != "UK" {
			t.Errorf("userinfo tells %+v", u)
		}
		if kind, header := a.signedUserinfo(t, token.AccessToken); kind != "application/jwt" || header["alg"] != "ES256" {
			t.Errorf("%s, signed by %v", kind, header)
		}
	})
}

// signedUserinfo is the answer as it came, and the header of the JWT it is.
func (a *app) signedUserinfo(t testing.TB, token string) (contentType string, header map[string]any) {
	t.Helper()
	r := a.present(t, "Bearer "+token, "")
	encoded, _, _ := strings.Cut(string(r.body), ".")
	text := must[[]byte](t)(base64.RawURLEncoding.DecodeString(encoded))
	if err := json.Unmarshal(text, &header); err != nil {
		t.Fatal(err)
	}
	return r.header.Get("Content-Type"), header
}

func TestPairwisePersonIsTheSameOnEveryNodeAndForTheWholeSector(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, b, other := d.app(t, "--subject-type", "pairwise"), d.app(t, "--subject-type", "pairwise"), d.app(t, "--subject-type", "pairwise", "--sector-identifier-uri", "https://other.example/r.json")
		v, who := d.visitor(t), d.person(t)
		idToken := func(a *app, more ...string) (text, subject string) {
			token, _ := a.tokensIn(t, v, who, more...)
			var claims told
			text = token.Extra("id_token").(string)
			claimsOf(t, text, &claims)
			return text, claims.Subject
		}
		subject := func(a *app) string { _, s := idToken(a); return s }
		first := subject(a)
		if subject(a) != first || subject(b) != first || subject(other) == first {
			t.Error("subjects do not go by the sector")
		}
		hint, _ := idToken(a)
		if _, again := idToken(b, "id_token_hint", hint, "prompt", "none"); again != first {
			t.Errorf("by hint: %s", again)
		}
		toldToApp(t, d, "a hint of another sector", "login_required", v.get(other.begin("id_token_hint", hint, "prompt", "none").url))
		token, _ := a.tokensIn(t, v, who)
		for _, n := range d.nodes {
			if r := a.call(t, n.url(), "/introspect", "token", token.AccessToken); !r.active() || r.text("sub") != first {
				t.Errorf("at %s: %d %s", n.url(), r.status, r.body)
			}
		}
	})
}

func TestMetadataSaysWhatIsToldAndHow(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	r := must[*http.Response](t)(httpClient().Get(d.issuer + "/.well-known/openid-configuration"))
	defer r.Body.Close()
	var says map[string]any
	if err := json.NewDecoder(r.Body).Decode(&says); err != nil {
		t.Fatal(err)
	}
	for member, wanted := range map[string][]string{
		"subject_types_supported": {"public", "pairwise"}, "userinfo_signing_alg_values_supported": {"RS256", "PS256", "ES256", "EdDSA"},
		"id_token_signing_alg_values_supported": {"RS256", "PS256", "ES256", "EdDSA"}, "scopes_supported": {"profile", "email", "phone", "address", "groups"},
		"claims_supported": {"birthdate", "phone_number_verified", "address", "zoneinfo"},
	} {
		list, _ := says[member].([]any)
		has := map[any]bool{}
		for _, value := range list {
			has[value] = true
		}
		for _, value := range wanted {
			if !has[value] {
				t.Errorf("%s lacks %s: %v", member, value, list)
			}
		}
	}
}
