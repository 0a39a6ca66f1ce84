package e2e

import (
	"net/http"
	"testing"
)

func TestHTTPSIssuerIsAskedForByHTTPSOnlyUnlessItIsTurnedOff(t *testing.T) {
	t.Parallel()
	const issuer = "SYMBOLON_ISSUER=https://login.symbolon.example"
	for name, is := range map[string]struct {
		env  []string
		want string
	}{
		"https":      {[]string{issuer}, "max-age=31536000"},
		"turned off": {[]string{issuer, "SYMBOLON_HSTS=false"}, ""},
		"loopback":   {nil, ""},
	} {
		d := own(t, plan{name: "hsts", nodes: 1, env: is.env})
		for _, path := range []string{"/login", "/nowhere", "/jwks", "/livez"} {
			a := must[page](t)(sent(http.DefaultClient, must[*http.Request](t)(http.NewRequest(http.MethodGet, d.nodes[0].url()+path, nil))))
			if got := a.header.Get("Strict-Transport-Security"); got != is.want {
				t.Errorf("%s: %s: %q, want %q", name, path, got, is.want)
			}
			if policed := a.header.Get("Permissions-Policy") != ""; policed == (path == "/jwks") {
				t.Errorf("%s: %s: permissions policy %v", name, path, policed)
			}
		}
	}
}
