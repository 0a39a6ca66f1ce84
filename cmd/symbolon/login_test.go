package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/keys"
)

func TestIDTokenForAnybodyElseIsRefused(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	at := func(d time.Duration) float64 { return float64(now.Add(d).Unix()) }
	l := &loginWalk{issuer: &openIDProvider{Issuer: "https://login.example"}, wish: loginWish{clientID: "c"}, nonce: "n"}
	good := func() idClaims {
		return idClaims{
			Issuer: "https://login.example", Audience: audienceList{"c"}, Nonce: "n", ExpiresAt: at(time.Hour), IssuedAt: at(0),
			TokenHash: tokenHash(keys.RS256, "access"),
		}
	}
	if err := good().judge(l, "access", keys.RS256, now); err != nil {
		t.Errorf("the good one: %v", err)
	}
	for word, spoil := range map[string]func(c *idClaims){
		"iss is":        func(c *idClaims) { c.Issuer = "https://login.example/" },
		"aud is":        func(c *idClaims) { c.Audience = audienceList{"other"} },
		"not for c":     func(c *idClaims) { c.Audience = audienceList{"c", "other"} },
		"expired":       func(c *idClaims) { c.ExpiresAt = at(-2 * time.Minute) },
		"in the future": func(c *idClaims) { c.IssuedAt = at(2 * time.Minute) },
		"nonce":         func(c *idClaims) { c.Nonce = "" },
		"at_hash":       func(c *idClaims) { c.TokenHash = tokenHash(keys.RS256, "another") },
	} {
		c := good()
		spoil(&c)
		if err := c.judge(l, "access", keys.RS256, now); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", word, err)
		}
	}
	several := good()
	several.Audience, several.Authorized = audienceList{"other", "c"}, "c"
	if err := several.judge(l, "access", keys.RS256, now); err != nil {
		t.Errorf("several audiences, and we are the authorized party: %v", err)
	}
}

func TestLoginBelievesOnlyTheIssuerItAsked(t *testing.T) {
	for want, body := range map[string]string{
		"they must be the same": `{"issuer":"https://other.example","token_endpoint":"x","jwks_uri":"x"}`,
		"in no JSON":            `<html>`,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		code, stdout, stderr := command(t, "sqlite:unused.db", "login", "--client", "c", "--issuer", server.URL)
		server.Close()
		if code != exitFailed || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit %d, %s%s", want, code, stdout, stderr)
		}
	}
}

func TestTimesAreToldInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "now", -time.Second: "now", 90 * time.Second: "in 90 seconds", -10 * time.Minute: "10 minutes ago",
		50 * time.Hour: "in 2 days", -3 * time.Hour: "3 hours ago", 59*time.Minute + 59*time.Second: "in 60 minutes",
	} {
		if got := inWords(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestNothingThatIsShownSteersTheTerminal(t *testing.T) {
	if got := printable("\x1b[2Jname\u009b1m\nä"); strings.ContainsAny(got, "\x1b\u009b") || !strings.HasSuffix(got, "\nä") {
		t.Errorf("%q", got)
	}
}
