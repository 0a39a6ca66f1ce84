package e2e

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func TestRelyingPartySignsPeopleIn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who := d.app(t), d.person(t)
		q := a.begin()
		v := d.visitor(t)
		token := a.redeem(t, q, v.arrive(d, v.get(q.url), who))

		raw, _ := token.Extra("id_token").(string)
		id := must[*oidc.IDToken](t)(a.provider.Verifier(&oidc.Config{ClientID: a.ClientID}).Verify(a.ctx, raw))
		var claims struct {
			Name, Email, SID string
			EmailVerified    bool     `json:"email_verified"`
			AuthTime         int64    `json:"auth_time"`
			AMR              []string `json:"amr"`
		}
		if err := id.Claims(&claims); err != nil {
			t.Fatal(err)
		}
		if id.Nonce != q.nonce || id.Subject != who.id || claims.Email != who.email || claims.Name != "Ada Lovelace" || !claims.EmailVerified {
			t.Errorf("ID token: %+v %+v", id, claims)
		}
		if claims.SID == "" || len(claims.AMR) == 0 || time.Since(time.Unix(claims.AuthTime, 0)).Abs() > time.Minute {
			t.Errorf("ID token tells of the sign-in: %+v", claims)
		}
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			t.Errorf("at_hash: %v", err)
		}
		info := must[*oidc.UserInfo](t)(a.provider.UserInfo(a.ctx, oauth2.StaticTokenSource(token)))
		if info.Subject != id.Subject || info.Email != who.email || !info.EmailVerified {
			t.Errorf("userinfo: %+v", info)
		}
		refreshesByItself(t, a, token)
	})
}

// refreshesByItself uses the library's token source as an app does once its token has expired.
func refreshesByItself(t *testing.T, a *app, token *oauth2.Token) {
	t.Helper()
	old := *token
	old.Expiry = time.Now().Add(-time.Minute)
	next := remembered(must[*oauth2.Token](t)(a.config.TokenSource(a.ctx, &old).Token()))
	if next.AccessToken == token.AccessToken || next.RefreshToken == token.RefreshToken || next.RefreshToken == "" {
		t.Error("a refresh gave nothing new")
	}
	raw, _ := next.Extra("id_token").(string)
	if _, err := a.provider.Verifier(&oidc.Config{ClientID: a.ClientID}).Verify(a.ctx, raw); err != nil {
		t.Errorf("ID token of a refresh: %v", err)
	}
	if !a.introspect(t, a.d.issuer, next.AccessToken).active() {
		t.Error("the new access token is not active")
	}
}

func TestPublicClientSignsPeopleInWithPKCEAlone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a := d.app(t, "--public", "--redirect-uri", "http://127.0.0.1/callback")
		a.config.RedirectURL = "http://127.0.0.1:43210/callback"
		token := a.tokens(t, d.person(t))
		refreshesPublicly(t, a, token)
	})
}

func refreshesPublicly(t *testing.T, a *app, token *oauth2.Token) {
	t.Helper()
	if r := a.refresh(t, a.d.issuer, token.RefreshToken); r.status != 200 || r.text("refresh_token") == "" {
		t.Errorf("refresh of a public client: %d %s", r.status, r.body)
	}
}

func TestStateComesBackByteForByte(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who, v := d.app(t, "--first-party"), d.person(t), d.visitor(t)
		for _, state := range []string{"xyz é&=#", "\r\nSet-Cookie: a=b", "<script>alert(1)</script>", "😀", "x", "%0d%0a", strings.Repeat("s", 2000)} {
			q := a.begin("state", state)
			q.state = state
			a.redeem(t, q, v.arrive(d, v.get(q.url), who))
		}
	})
}

func TestRememberedConsentGoesStraightBack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who, v := d.app(t), d.person(t), d.visitor(t)
		a.tokensIn(t, v, who)

		straight := v.get(a.begin().url)
		target := must[*url.URL](t)(url.Parse(straight.location))
		if straight.status != 303 || target.Host != "app.example" {
			t.Fatalf("%d %s", straight.status, straight.location)
		}
		lab.seen.secret("code", target.Query().Get("code"))
		if got := keys(target.Query()); got != "code iss state" {
			t.Errorf("the response holds %q", got)
		}
		if straight.header.Get("Referrer-Policy") != "no-referrer" || straight.header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers: %v", straight.header)
		}
		if p := v.follow(v.get(a.begin("prompt", "consent").url)); !p.has("/consent") {
			t.Errorf("prompt=consent asks nothing: %d", p.status)
		}
	})
}

func TestConsentOnThisComputerIsAskedForEachTime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who, v := d.app(t, "--redirect-uri", "http://127.0.0.1/callback"), d.person(t), d.visitor(t)
		a.tokensIn(t, v, who)
		if p := v.follow(v.get(a.begin().url)); !p.has("/consent") {
			t.Errorf("another program could have come in the app's name: %d %s", p.status, p.location)
		}
	})
}

func TestDenialIsTold(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who, v := d.app(t), d.person(t), d.visitor(t)
		consent := v.signIn(d, v.follow(v.get(a.begin().url)), who)
		answer := v.handedOver(v.follow(v.submit(consent, "/consent", "decision", "deny")))
		if answer.Get("error") != "access_denied" || answer.Get("iss") != d.issuer || answer.Has("code") {
			t.Errorf("%v", answer)
		}
		if p := v.follow(v.get(a.begin().url)); !p.has("/consent") {
			t.Error("a denial was remembered")
		}
	})
}

func keys(v url.Values) string {
	names := []string{}
	for _, name := range []string{"code", "error", "error_description", "iss", "state", "access_token", "id_token"} {
		if v.Has(name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}
