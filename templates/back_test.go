package templates

import (
	"net/http/httptest"
	"net/url"
	"testing"
)

func TestTryingAgainStaysOnOurPages(t *testing.T) {
	for _, c := range []struct{ method, target, referer, want string }{
		{"GET", "/login?request=a", "", "/login?request=a"},
		{"GET", "//evil.example/", "", ""},
		{"GET", "/\\evil.example/", "", "/%5Cevil.example/"},
		{"POST", "/consent", "https://id.example/consent?request=a", "/consent?request=a"},
		{"POST", "/consent", "https://evil.example/consent", ""},
		{"POST", "/consent", "https://id.example//evil.example/", ""},
		{"POST", "/consent", "", ""},
	} {
		r := httptest.NewRequest(c.method, "/", nil)
		r.URL = &url.URL{Path: c.target}
		if target, err := url.ParseRequestURI(c.target); err == nil && target.Host == "" {
			r.URL = target
		}
		r.Header.Set("Referer", c.referer)
		if got := Again(r, "https://id.example"); got != c.want {
			t.Errorf("%s %s from %q: %q, want %q", c.method, c.target, c.referer, got, c.want)
		}
	}
}
