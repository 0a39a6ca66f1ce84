package clients

import (
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// checkCertificate: a client of tls_client_auth is known by exactly one name in its certificates
// (RFC 8705 section 2.1.2), and nobody else by any. Tokens are bound to one thing.
func checkCertificate(c storage.Client) error {
	names := keys.SubjectNames(c)
	for _, n := range names {
		if err := n.Check(); err != nil {
			return invalid(n.Kind, "%v", err)
		}
	}
	switch {
	case c.AuthMethod != storage.AuthTLS && len(names) > 0:
		return invalid(names[0].Kind, "only for clients of %s", storage.AuthTLS)
	case c.AuthMethod == storage.AuthTLS && len(names) != 1:
		return invalid(keys.SubjectDN, "exactly one of subject_dn, san_dns, san_uri, san_ip and san_email is required")
	case c.CertificateBound && c.DPoPBound:
		return invalid("tls_client_certificate_bound_access_tokens", "a token is bound to a certificate or to a DPoP key, not to both")
	}
	return nil
}
