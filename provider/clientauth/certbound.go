package clientauth

import (
	"context"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/oauth"
)

// showCertificate implements Prove for clients with certificate-bound tokens.
func (d *Proofs) showCertificate(ctx context.Context, sent *Proof, bound string) (holder string, err error) {
	if sent != nil {
		return "", oauth.Refuse("invalid_request", "This client uses certificate-bound tokens, which cannot be combined with DPoP.")
	}
	chain, err := d.Auth.certificate(ctx)
	if err != nil {
		return "", oauth.Refuse("invalid_request", "A valid client certificate is required.").WithCause(err)
	}
	holder = oauth.CertificatePrefix + keys.CertificateThumbprint(chain[0])
	if bound != "" && bound != holder {
		return "", oauth.Refuse("invalid_grant", "The code or refresh token is bound to a different key.")
	}
	return holder, nil
}

// showsCertificate checks that who presents an access token holds the certificate it is bound to
// (RFC 8705 section 3).
func (d *Proofs) showsCertificate(ctx context.Context, sent Presented, x5t string) *oauth.Error {
	chain, err := d.Auth.certificate(ctx)
	if err != nil || sent.DPoP || keys.CertificateThumbprint(chain[0]) != x5t {
		return InvalidToken()
	}
	return nil
}
