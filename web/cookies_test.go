package web_test

import (
	"net/http"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func TestCookiesOfTwoIssuersOnOneHostAreTwo(t *testing.T) {
	seen := map[string]string{}
	for issuer, want := range map[string]string{
		"https://id.example":        "__Host-symbolon_session",
		"http://localhost:8080":     "symbolon_session",
		"https://id.example/a":      "__Host-symbolon_session_a",
		"https://id.example/A":      "__Host-symbolon_session_A",
		"https://id.example/a/b":    "__Host-symbolon_session_a%2Fb",
		"https://id.example/a_b":    "__Host-symbolon_session_a_b",
		"https://id.example/a%2Fb":  "__Host-symbolon_session_a%252Fb",
		"https://id.example/a=;b@c": "__Host-symbolon_session_a%3D%3Bb%40c",
	} {
		site, err := web.NewSite(issuer)
		if err != nil {
			t.Fatal(err)
		}
		name := site.Cookies().CookieName("symbolon_session")
		if name != want {
			t.Errorf("%s: %q, want %q", issuer, name, want)
		}
		if other := seen[name]; other != "" {
			t.Errorf("%s and %s have the cookie %s", issuer, other, name)
		}
		seen[name] = issuer
		if err := (&http.Cookie{Name: name, Value: "x", Path: "/", Secure: true}).Valid(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOriginIsTheIssuerWithoutItsPath(t *testing.T) {
	for _, issuer := range []string{"https://id.example", "https://id.example/", "https://id.example/a", "https://id.example/a/b/"} {
		site, err := web.NewSite(issuer)
		if err != nil || site.Origin() != "https://id.example" {
			t.Errorf("%s: %q, %v", issuer, site.Origin(), err)
		}
	}
}
