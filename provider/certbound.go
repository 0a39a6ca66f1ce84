package provider

import (
	"context"
	"strings"

	"github.com/symbolon-id/symbolon/keys"
)

// Certificate-bound tokens (RFC 8705 section 3): a client that has said so gets tokens that are of use
// only on a connection with the certificate they were issued on. A token is bound to a certificate or
// to a DPoP key; one for both could be used by neither kind of client.

// certificatePrefix tells the thumbprint of a certificate from that of a key, in a refresh token.
const certificatePrefix = "x5t~"

// toCertificate tells whether what a code or refresh token is bound to is a certificate.
func toCertificate(bound string) bool { return strings.HasPrefix(bound, certificatePrefix) }

// showCertificate is prove for clients with certificate-bound tokens.
func (d *proofs) showCertificate(ctx context.Context, sent *proof, bound string) (holder string, err error) {
	if sent != nil {
		return "", refuse("invalid_request", "This client uses certificate-bound tokens, which cannot be combined with DPoP.")
	}
	chain, err := d.auth.certificate(ctx)
	if err != nil {
		return "", refuse("invalid_request", "A valid client certificate is required.").because(err)
	}
	holder = certificatePrefix + keys.CertificateThumbprint(chain[0])
	if bound != "" && bound != holder {
		return "", refuse("invalid_grant", "The code or refresh token is bound to a different key.")
	}
	return holder, nil
}

// showsCertificate checks that who presents an access token holds the certificate it is bound to
// (RFC 8705 section 3).
func (d *proofs) showsCertificate(ctx context.Context, sent presented, x5t string) *Error {
	chain, err := d.auth.certificate(ctx)
	if err != nil || sent.dpop || keys.CertificateThumbprint(chain[0]) != x5t {
		return invalidToken()
	}
	return nil
}

// boundTo is the cnf of a token that is bound to this key or certificate, nil for neither.
func boundTo(bound string) *confirmation {
	x5t, certificate := strings.CutPrefix(bound, certificatePrefix)
	switch {
	case certificate:
		return &confirmation{X5T: x5t}
	case bound != "":
		return &confirmation{JKT: bound}
	}
	return nil
}
