package provider

import (
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// place is where the issuer is.
type place struct {
	issuer string
	base   string // its path, "" for a bare host
	mutual string // origin where clients are asked for a certificate; "": at the issuer
}

// url is the absolute address of one of our paths.
func (l place) url(path string) string { return strings.TrimSuffix(l.issuer, "/") + path }

// mutualURL is that of one where clients are asked for a certificate.
func (l place) mutualURL(path string) string {
	if l.mutual == "" {
		return l.url(path)
	}
	return l.mutual + l.base + path
}

// isAudience is the one rule about the aud of what a client signs, assertions and request objects alike:
// the issuer (rfc7523bis section 4). What is for another server as well could be used here by that one, and
// the URL of an endpoint is what another server can claim as its own (CVE-2025-27370). A list of the issuer
// alone says the same as the string.
func (l place) isAudience(aud audience) bool { return len(aud) == 1 && aud[0] == l.issuer }

// resourcesFor is what a token with these scopes may be for: with openid also this server.
func (l place) resourcesFor(audiences, scopes []string) []string {
	if !slices.Contains(scopes, "openid") || slices.Contains(audiences, l.issuer) {
		return audiences
	}
	return append(slices.Clip(audiences), l.issuer)
}

// defaultAudience is who a token is for when no resource was named; never empty.
func (l place) defaultAudience(c storage.Client) []string {
	if len(c.Audiences) > 0 {
		return c.Audiences[:1]
	}
	return []string{l.issuer}
}
