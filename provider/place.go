package provider

import (
	"slices"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// place is where the endpoints are.
type place struct {
	web.Site
	mutual string // origin where clients are asked for a certificate; "": at the issuer
}

// mutualURL returns the address of an endpoint where clients are asked for a certificate.
func (l place) mutualURL(path string) string {
	if l.mutual == "" {
		return l.URL(path)
	}
	return l.mutual + l.Path(path)
}

// isAudience is the one rule about the aud of what a client signs, assertions and request objects alike:
// the issuer (rfc7523bis section 4). What is for another server as well could be used here by that one, and
// the URL of an endpoint is what another server can claim as its own (CVE-2025-27370). A list of the issuer
// alone says the same as the string.
func (l place) isAudience(aud audience) bool { return len(aud) == 1 && aud[0] == l.Issuer }

// resourcesFor is what a token with these scopes may be for: with openid also this server.
func resourcesFor(l place, audiences, scopes []string) []string {
	if !slices.Contains(scopes, "openid") || slices.Contains(audiences, l.Issuer) {
		return audiences
	}
	return append(slices.Clip(audiences), l.Issuer)
}

// defaultAudience is who a token is for when no resource was named; never empty.
func defaultAudience(l place, c storage.Client) []string {
	if len(c.Audiences) > 0 {
		return c.Audiences[:1]
	}
	return []string{l.Issuer}
}
