package keys

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// CertificateThumbprint is x5t#S256 (RFC 8705 section 3.1): SHA-256 of the certificate, base64url.
func CertificateThumbprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// HoldsCertificate reports whether a self-signed certificate is one of the client's (RFC 8705 section
// 2.2): of the key of one of these JWKs, and, when that brings a certificate along (x5c), the very same.
func HoldsCertificate(jwks []byte, c *x509.Certificate) bool {
	set, err := parseClientKeys(jwks)
	if err != nil {
		return false
	}
	for _, k := range set {
		public, ok := k.Key.(interface{ Equal(crypto.PublicKey) bool })
		if !ok || !public.Equal(c.PublicKey) {
			continue
		}
		if len(k.Certificates) == 0 || bytes.Equal(k.Certificates[0].Raw, c.Raw) {
			return true
		}
	}
	return false
}

// SubjectName is one name that a client's certificate must have: one member of RFC 8705 section 2.1.2.
type SubjectName struct{ Kind, Value string }

// Kinds of SubjectName.
const (
	SubjectDN = "tls_client_auth_subject_dn"
	SANDNS    = "tls_client_auth_san_dns"
	SANURI    = "tls_client_auth_san_uri"
	SANIP     = "tls_client_auth_san_ip"
	SANEmail  = "tls_client_auth_san_email"
)

// SubjectNames are the names that this client's certificates must have; one, when it is valid.
func SubjectNames(c storage.Client) (names []SubjectName) {
	for _, n := range []SubjectName{
		{SubjectDN, c.TLSSubjectDN}, {SANDNS, c.TLSSANDNS}, {SANURI, c.TLSSANURI}, {SANIP, c.TLSSANIP}, {SANEmail, c.TLSSANEmail},
	} {
		if n.Value != "" {
			names = append(names, n)
		}
	}
	return names
}

// Check returns why no certificate could ever have this name, or nil.
func (n SubjectName) Check() error {
	switch n.Kind {
	case SubjectDN:
		return CheckDN(n.Value)
	case SANDNS:
		if n.Value == "" || strings.ContainsAny(n.Value, "*/:@ ") || strings.HasSuffix(n.Value, ".") {
			return errors.New("not a DNS name; wildcards are none either")
		}
	case SANURI:
		if u, err := url.Parse(n.Value); err != nil || !u.IsAbs() {
			return errors.New("not an absolute URI")
		}
	case SANIP:
		if addr, err := netip.ParseAddr(n.Value); err != nil || addr.Zone() != "" {
			return errors.New("not an IP address")
		}
	case SANEmail:
		if local, domain, ok := strings.Cut(n.Value, "@"); !ok || local == "" || domain == "" || strings.ContainsAny(n.Value, " <>") {
			return errors.New("not an email address")
		}
	default:
		return errors.New("not a kind of name")
	}
	return nil
}

// Names reports whether c is a certificate of that name. Only what the standard says is compared
// without regard to case: host names (RFC 4343), the host of a mail address (RFC 5280 section 7.5), and
// distinguished names. A wildcard in a certificate is no client's name.
func (n SubjectName) Names(c *x509.Certificate) bool {
	if n.Check() != nil {
		return false
	}
	if n.Kind == SubjectDN {
		return SameDN(n.Value, c.RawSubject)
	}
	for _, held := range alternativeNames(c) {
		if held.Kind == n.Kind && n.same(held.Value) {
			return true
		}
	}
	return false
}

func (n SubjectName) same(held string) bool {
	switch n.Kind {
	case SANDNS:
		return strings.EqualFold(n.Value, held)
	case SANIP:
		want, err := netip.ParseAddr(n.Value)
		got, err2 := netip.ParseAddr(held)
		return err == nil && err2 == nil && want.Unmap() == got.Unmap()
	case SANEmail:
		local, domain, _ := strings.Cut(n.Value, "@")
		heldLocal, heldDomain, _ := strings.Cut(held, "@")
		return local == heldLocal && strings.EqualFold(domain, heldDomain)
	}
	return n.Value == held // RFC 3986 section 6.2.1
}

// alternativeNames reads the names as they stand in the certificate: parsed URIs may have lost bytes.
func alternativeNames(c *x509.Certificate) (names []SubjectName) {
	kinds := map[int]string{1: SANEmail, 2: SANDNS, 6: SANURI, 7: SANIP} // GeneralName, RFC 5280 section 4.2.1.6
	for _, extension := range c.Extensions {
		if !extension.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 17}) {
			continue
		}
		var all []asn1.RawValue
		if rest, err := asn1.Unmarshal(extension.Value, &all); err != nil || len(rest) > 0 {
			return nil
		}
		for _, name := range all {
			kind, value := kinds[name.Tag], string(name.Bytes)
			if kind == SANIP {
				value = net.IP(name.Bytes).String()
			}
			if name.Class == asn1.ClassContextSpecific && kind != "" {
				names = append(names, SubjectName{kind, value})
			}
		}
	}
	return names
}
