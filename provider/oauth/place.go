package oauth

import (
	"github.com/symbolon-id/symbolon/web"
)

// Place is where the endpoints are.
type Place struct {
	web.Site
	Mutual string // origin where clients are asked for a certificate; "": at the issuer
}

// MutualURL returns the address of an endpoint where clients are asked for a certificate.
func (l Place) MutualURL(path string) string {
	if l.Mutual == "" {
		return l.URL(path)
	}
	return l.Mutual + l.Path(path)
}

// IsAudience implements the one rule about the aud of what a client signs, assertions and request objects alike:
// the issuer (rfc7523bis section 4). What is for another server as well could be used here by that one, and
// the URL of an endpoint is what another server can claim as its own (CVE-2025-27370). A list of the issuer
// alone says the same as the string.
func (l Place) IsAudience(aud Audience) bool { return len(aud) == 1 && aud[0] == l.Issuer }
