package registration

import "github.com/symbolon-id/symbolon/storage"

// certificate is what software says about its certificates (RFC 8705 sections 2.1.2 and 3.4).
type certificate struct {
	subjectDN, dns, uri, ip, email string
	bound                          bool
}

func readCertificate(o object) (c certificate, err error) {
	for name, into := range map[string]*string{
		"tls_client_auth_subject_dn": &c.subjectDN, "tls_client_auth_san_dns": &c.dns, "tls_client_auth_san_uri": &c.uri,
		"tls_client_auth_san_ip": &c.ip, "tls_client_auth_san_email": &c.email,
	} {
		if *into, err = o.text(name); err != nil {
			return c, err
		}
	}
	c.bound, err = o.flag("tls_client_certificate_bound_access_tokens")
	return c, err
}

// apply is left out where nobody ever shows us a certificate.
func (c certificate) apply(to *storage.Client, r Rules) {
	if !r.Certificates {
		return
	}
	to.CertificateBound = c.bound
	to.TLSSubjectDN, to.TLSSANDNS, to.TLSSANURI, to.TLSSANIP, to.TLSSANEmail = c.subjectDN, c.dns, c.uri, c.ip, c.email
}

// keyed are the ways in which software may prove itself by something it keeps and we do not.
func (r Rules) keyed() []string {
	if r.Certificates {
		return []string{storage.AuthPrivateKeyJWT, storage.AuthTLS, storage.AuthSelfSignedTLS}
	}
	return []string{storage.AuthPrivateKeyJWT}
}
