package web

import (
	"crypto/rand"
	"net/http"
	"time"
)

// Browser recognizes a browser by a random cookie, whether or not anybody is signed in: it ties an
// authorization request or a mailed link to the browser that began it.
type Browser struct {
	Secure bool // the issuer is https: the cookie takes the __Host- prefix
}

const browserLife = 30 * 24 * time.Hour

// ID returns the browser's id, or "" when it has none.
func (b Browser) ID(r *http.Request) string {
	cookie, err := r.Cookie(CookieName("symbolon_browser", b.Secure))
	if err != nil || len(cookie.Value) != 26 {
		return ""
	}
	return cookie.Value
}

// Ensure returns the browser's id, giving it one when it has none.
func (b Browser) Ensure(w http.ResponseWriter, r *http.Request) string {
	if id := b.ID(r); id != "" {
		return id
	}
	id := rand.Text()
	http.SetCookie(w, &http.Cookie{
		Name: CookieName("symbolon_browser", b.Secure), Value: id, Path: "/",
		MaxAge: int(browserLife.Seconds()), Secure: b.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return id
}

// CookieName is base with the __Host- prefix, which keeps other hosts and plain http from setting
// it; a browser accepts that prefix only over https.
func CookieName(base string, secure bool) string {
	if secure {
		return "__Host-" + base
	}
	return base
}
