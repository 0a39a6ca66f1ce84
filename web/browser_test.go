package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func TestForgedBrowserCookieIsNoBrowser(t *testing.T) {
	for _, cookie := range []string{
		"", "__Host-symbolon_browser=short", "__Host-symbolon_browser=" + strings.Repeat("A", 4000),
		"symbolon_browser=" + strings.Repeat("A", 26), // any host of the domain could have set that name
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", cookie)
		if id := (web.Browser{Cookies: web.Cookies{Secure: true}}).ID(r); id != "" {
			t.Errorf("%.40s: %q", cookie, id)
		}
	}
}

func TestBrowserIsRecognizedByItsCookie(t *testing.T) {
	for _, b := range []web.Browser{{Cookies: web.Cookies{Secure: true}}, {}} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		id := b.Ensure(w, r)
		cookie := w.Result().Cookies()[0]
		if !cookie.HttpOnly || cookie.Secure != b.Secure || cookie.Path != "/" || cookie.Domain != "" ||
			cookie.SameSite != http.SameSiteLaxMode || strings.HasPrefix(cookie.Name, "__Host-") != b.Secure {
			t.Errorf("%+v", cookie)
		}
		again, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
		again.AddCookie(cookie)
		if got := b.Ensure(w, again); got != id || len(w.Result().Cookies()) != 0 {
			t.Errorf("%q became %q", id, got)
		}
	}
}
