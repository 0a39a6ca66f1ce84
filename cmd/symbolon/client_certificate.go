package main

import (
	"github.com/spf13/cobra"
	"github.com/symbolon-id/symbolon/storage"
)

// certificateFlags say by which certificates a client is known (RFC 8705).
type certificateFlags struct {
	subjectDN, dns, uri, ip, email string
	selfSigned, bound              bool
}

func (f *certificateFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.subjectDN, "tls-subject-dn", "", "it authenticates by certificates with this subject `NAME`, as RFC 4514 writes it")
	flags.StringVar(&f.dns, "tls-san-dns", "", "likewise, with this DNS `NAME`")
	flags.StringVar(&f.uri, "tls-san-uri", "", "likewise, with this `URI`, such as a SPIFFE ID")
	flags.StringVar(&f.ip, "tls-san-ip", "", "likewise, with this `ADDRESS`")
	flags.StringVar(&f.email, "tls-san-email", "", "likewise, with this mail `ADDRESS`")
	flags.BoolVar(&f.selfSigned, "tls-self-signed", false, "it authenticates by self-signed certificates of its keys (--jwks)")
	flags.BoolVar(&f.bound, "certificate-bound", false, "its tokens are of use only with the certificate it got them with")
}

// apply changes what was given. A client is known by one name: another one takes its place.
func (f *certificateFlags) apply(cmd *cobra.Command, c *storage.Client) {
	given := cmd.Flags().Changed
	if given("tls-subject-dn") || given("tls-san-dns") || given("tls-san-uri") || given("tls-san-ip") || given("tls-san-email") {
		c.AuthMethod = storage.AuthTLS
		c.TLSSubjectDN, c.TLSSANDNS, c.TLSSANURI, c.TLSSANIP, c.TLSSANEmail = f.subjectDN, f.dns, f.uri, f.ip, f.email
	}
	if f.selfSigned {
		c.AuthMethod = storage.AuthSelfSignedTLS
	}
	set(given("certificate-bound"), &c.CertificateBound, f.bound)
}
