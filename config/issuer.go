package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// CheckServeIssuer is CheckIssuer for a server that other machines use.
func CheckServeIssuer(issuer string) error {
	if issuer == "" {
		return errors.New("issuer is required; set SYMBOLON_ISSUER to the https URL at which users reach this server")
	}
	return CheckIssuer(issuer)
}

// CheckIssuer refuses an issuer without one obvious spelling: every token and both metadata documents
// carry these exact bytes (RFC 8414 section 2, RFC 9207 section 2).
func CheckIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return errors.New("issuer is not a valid URL; use an https URL such as https://login.example")
	case u.Scheme == "http" && !IsLoopbackHost(u.Hostname()):
		return errors.New("issuer must be an https URL; plain http is accepted only on localhost")
	case u.User != nil || strings.ContainsAny(issuer, "?#"):
		return errors.New("issuer must not have a query, fragment or user information; keep only scheme, host and path")
	case strings.HasSuffix(issuer, "/"):
		return fmt.Errorf("issuer must not end with a slash; set it to %s", strings.TrimRight(issuer, "/"))
	case !isASCII(u.Host):
		return unicodeHost(u)
	case ambiguous(issuer, u):
		return errors.New("issuer is not in canonical form; use a lowercase host and a path without escapes or dot segments")
	}
	return nil
}

// unicodeHost refuses a host that can be written in several ways, and says how it is to be.
func unicodeHost(u *url.URL) error {
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil {
		return errors.New("issuer has an invalid host; use an https URL such as https://login.example")
	}
	if u.Port() != "" {
		host += ":" + u.Port()
	}
	return fmt.Errorf("issuer has a host in Unicode; set it to %s://%s%s", u.Scheme, host, u.EscapedPath())
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// ambiguous reports whether a URL of the same meaning could be written otherwise.
func ambiguous(issuer string, u *url.URL) bool {
	segments := strings.Split(u.Path, "/")
	odd := func(segment string) bool { return segment == "" || segment == "." || segment == ".." }
	return !isASCII(issuer) || issuer != u.Scheme+"://"+strings.ToLower(u.Host)+u.Path ||
		strings.ContainsAny(issuer, `%{}\ `) || slices.ContainsFunc(segments[1:], odd)
}
