package web

import (
	"fmt"
	"net/url"
	"strings"
)

// Site is where the pages and endpoints of one issuer are: https://host, or https://host/p for one of
// several on a host. Routes are registered below Base by Mux.Under, links are made by Path and URL, so
// that nothing else knows of the prefix.
type Site struct {
	Issuer string // as tokens name it
	Base   string // the path of the issuer, "" for a bare host
}

// NewSite returns the site of an issuer, an absolute URL.
func NewSite(issuer string) (Site, error) {
	u, err := url.Parse(issuer)
	if err != nil {
		return Site{}, fmt.Errorf("issuer: %w", err)
	}
	return Site{Issuer: issuer, Base: strings.TrimSuffix(u.EscapedPath(), "/")}, nil
}

// Path returns path, such as "/login", as a link on a page of this site has it.
func (s Site) Path(path string) string { return s.Base + path }

// URL returns the absolute address of path, for mails and for other servers: it begins with the issuer,
// whatever host the request named.
func (s Site) URL(path string) string { return strings.TrimSuffix(s.Issuer, "/") + path }

// Origin returns the scheme and the host of the site.
func (s Site) Origin() string {
	return strings.TrimSuffix(strings.TrimSuffix(s.Issuer, "/"), s.Base)
}

// Secure reports whether the site is served over https, so that its cookies can take the __Host- prefix.
func (s Site) Secure() bool { return strings.HasPrefix(s.Issuer, "https://") }
