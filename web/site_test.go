package web_test

import (
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func TestSiteOfAnIssuerWithAPath(t *testing.T) {
	for issuer, want := range map[string][2]string{
		"https://id.example.com":   {"/login", "https://id.example.com/login"},
		"https://id.example.com/":  {"/login", "https://id.example.com/login"},
		"https://example.com/id":   {"/id/login", "https://example.com/id/login"},
		"https://example.com/a%2F": {"/a%2F/login", "https://example.com/a%2F/login"},
	} {
		site, err := web.NewSite(issuer)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{site.Path("/login"), site.URL("/login")}; got != want {
			t.Errorf("%s: %q, not %q", issuer, got, want)
		}
	}
}
