package oauth

import (
	"strings"
)

// Certificate-bound tokens (RFC 8705 section 3): a client that has said so gets tokens that are of use
// only on a connection with the certificate they were issued on. A token is bound to a certificate or
// to a DPoP key; one for both could be used by neither kind of client.

// CertificatePrefix distinguishes the thumbprint of a certificate from that of a key, in a refresh token.
const CertificatePrefix = "x5t~"

// ToCertificate reports whether what a code or refresh token is bound to is a certificate.
func ToCertificate(bound string) bool { return strings.HasPrefix(bound, CertificatePrefix) }

// BoundTo returns the cnf of a token that is bound to this key or certificate, nil for neither.
func BoundTo(bound string) *Confirmation {
	x5t, certificate := strings.CutPrefix(bound, CertificatePrefix)
	switch {
	case certificate:
		return &Confirmation{X5T: x5t}
	case bound != "":
		return &Confirmation{JKT: bound}
	}
	return nil
}

// Confirmation is the key (RFC 9449 section 6.1) or the certificate (RFC 8705 section 3.1) that a
// token is bound to: one of them.
type Confirmation struct {
	JKT string `json:"jkt,omitempty"`
	X5T string `json:"x5t#S256,omitempty"`
}

// TokenType returns the token_type of a token with this cnf: a token bound to a certificate is sent like any other (RFC 8705 section 3).
func TokenType(c *Confirmation) string {
	if c == nil || c.JKT == "" {
		return "Bearer"
	}
	return "DPoP"
}
