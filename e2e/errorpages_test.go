package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// wayOn is the first action of an error's page.
func wayOn(p page) string {
	_, rest, _ := strings.Cut(p.body, `<a class="button" href="`)
	return rest[:max(strings.Index(rest, "</a>"), 0)]
}

// cameFrom is a browser that says which page its requests come from.
type cameFrom struct {
	page string
	by   http.RoundTripper
}

func (f cameFrom) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Referer", f.page)
	return f.by.RoundTrip(r)
}

func TestFirstActionOfAnErrorHelps(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, unnamed := d.app(t, "--client-uri", "https://weather.example/"), d.app(t)
		v := d.visitor(t)
		if way := wayOn(v.get("/nowhere")); way != `/login">Sign in` {
			t.Errorf("nothing there, not signed in: %q", way)
		}
		bad := "https://evil.test/callback"
		if way := wayOn(v.get(a.changed(t, "redirect_uri", bad))); way != `https://weather.example/">Back to <bdi>Weather app</bdi>` {
			t.Errorf("a request refused: %q", way)
		}
		if way := wayOn(v.get(unnamed.changed(t, "redirect_uri", bad))); way != `/account">Go to your account` {
			t.Errorf("a request refused, of a client without a site: %q", way)
		}
		v.signIn(d, v.get("/login"), d.person(t))
		if way := wayOn(v.get("/nowhere")); way != `/account">Go to your account` {
			t.Errorf("nothing there, signed in: %q", way)
		}
		stranger, p := d.visitor(t), page{}
		stranger.http.Transport = cameFrom{d.issuer + "/device", stranger.http.Transport}
		for range 100 {
			if p = stranger.post("/device", url.Values{"user_code": {"BCDF-GHJK"}}); p.status == http.StatusTooManyRequests {
				break
			}
		}
		if way := wayOn(p); p.status != http.StatusTooManyRequests || way != `/device">Try again` {
			t.Errorf("too many tries: %d %q", p.status, way)
		}
	})
}
