package web

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
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

// Cookies names the cookies of one issuer. Cookies are shared by everything on a host, and the __Host-
// prefix allows no path to distinguish two issuers by: their names have to.
type Cookies struct {
	Secure bool   // the issuer is https: cookies take the __Host- prefix
	Base   string // the path of the issuer, "" for a bare host
}

// CookieName returns the full name of a cookie: with the __Host- prefix, which keeps other hosts and plain
// http from setting it and which browsers accept only over https, and with the issuer's path.
func (c Cookies) CookieName(name string) string {
	if c.Base != "" {
		name += "_" + url.QueryEscape(strings.TrimPrefix(c.Base, "/"))
	}
	if c.Secure {
		name = "__Host-" + name
	}
	return name
}

// Cookies returns the names of the site's cookies.
func (s Site) Cookies() Cookies { return Cookies{Secure: s.Secure(), Base: s.Base} }
