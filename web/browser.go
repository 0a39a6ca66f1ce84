package web

import (
	"crypto/rand"
	"net/http"
	"time"
)

// Browser recognizes a browser by a random cookie, whether or not a user is signed in: it ties an
// authorization request or a mailed link to the browser that began it.
type Browser struct{ Cookies }

const browserLife = 30 * 24 * time.Hour

// ID returns the browser's id, or "" when it has none.
func (b Browser) ID(r *http.Request) string {
	cookie, err := r.Cookie(b.CookieName("symbolon_browser"))
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
		Name: b.CookieName("symbolon_browser"), Value: id, Path: "/",
		MaxAge: int(browserLife.Seconds()), Secure: b.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return id
}
