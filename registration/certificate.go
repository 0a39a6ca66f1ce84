package registration

import "github.com/symbolon-id/symbolon/storage"

// withoutCertificates leaves out what is for certificates (RFC 8705 sections 2.1.2 and 3.4), where no
// client ever shows us one.
func withoutCertificates(c *storage.Client) {
	c.CertificateBound = false
	c.TLSSubjectDN, c.TLSSANDNS, c.TLSSANURI, c.TLSSANIP, c.TLSSANEmail = "", "", "", "", ""
}

// keyed are the ways in which software may prove itself by something it keeps and we do not.
func (r Rules) keyed() []string {
	if r.Certificates {
		return []string{storage.AuthPrivateKeyJWT, storage.AuthTLS, storage.AuthSelfSignedTLS}
	}
	return []string{storage.AuthPrivateKeyJWT}
}
