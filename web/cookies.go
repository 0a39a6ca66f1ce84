package web

import (
	"net/url"
	"strings"
)

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
