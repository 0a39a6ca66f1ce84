package clients_test

import (
	"encoding/json"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

const oneKey = `{"keys":[{"kty":"EC","crv":"P-256","x":"riB0vSIBV0nQMGudd_G7th6GUkoCFsSEbj68v7f1gOA","y":"DGcN7hARZe_3NWVIK_wdA_MR5wvnXjlt6EE2CwMZ6Tg"}]}`

func TestCertificatesHaveOneName(t *testing.T) {
	for what, c := range map[string]struct {
		field  string
		change func(c *storage.Client)
	}{
		"no name": {"tls_client_auth_subject_dn", func(c *storage.Client) { c.AuthMethod = storage.AuthTLS }},
		"two names": {"tls_client_auth_subject_dn", func(c *storage.Client) {
			c.AuthMethod, c.TLSSANDNS, c.TLSSANIP = storage.AuthTLS, "a.example", "192.0.2.1"
		}},
		"no RFC 4514":      {"tls_client_auth_subject_dn", func(c *storage.Client) { c.AuthMethod, c.TLSSubjectDN = storage.AuthTLS, "/C=DE/CN=\u202eapp" }},
		"a wildcard":       {"tls_client_auth_san_dns", func(c *storage.Client) { c.AuthMethod, c.TLSSANDNS = storage.AuthTLS, "*.example" }},
		"no URI":           {"tls_client_auth_san_uri", func(c *storage.Client) { c.AuthMethod, c.TLSSANURI = storage.AuthTLS, "app" }},
		"a network":        {"tls_client_auth_san_ip", func(c *storage.Client) { c.AuthMethod, c.TLSSANIP = storage.AuthTLS, "192.0.2.0/24" }},
		"no mail address":  {"tls_client_auth_san_email", func(c *storage.Client) { c.AuthMethod, c.TLSSANEmail = storage.AuthTLS, "app" }},
		"a secret, a name": {"tls_client_auth_san_dns", func(c *storage.Client) { c.TLSSANDNS = "a.example" }},
		"its key, a name": {"tls_client_auth_san_dns", func(c *storage.Client) {
			c.AuthMethod, c.JWKS, c.TLSSANDNS = storage.AuthSelfSignedTLS, json.RawMessage(oneKey), "a.example"
		}},
		"self-signed, no key": {"jwks", func(c *storage.Client) { c.AuthMethod = storage.AuthSelfSignedTLS }},
		"a public one":        {"token_endpoint_auth_method", func(c *storage.Client) { c.Public, c.AuthMethod, c.TLSSANDNS = true, storage.AuthTLS, "a.example" }},
		"two bindings":        {"tls_client_certificate_bound_access_tokens", func(c *storage.Client) { c.CertificateBound, c.DPoPBound = true, true }},
		"another case":        {"token_endpoint_auth_method", func(c *storage.Client) { c.AuthMethod, c.TLSSANDNS = "TLS_client_auth", "a.example" }},
	} {
		wantInvalid(t, c.field, app(c.change), what)
	}
	for what, change := range map[string]func(c *storage.Client){
		"a name":               func(c *storage.Client) { c.AuthMethod, c.TLSSubjectDN = storage.AuthTLS, "CN=app" },
		"its key":              func(c *storage.Client) { c.AuthMethod, c.JWKS = storage.AuthSelfSignedTLS, json.RawMessage(oneKey) },
		"bound, public":        func(c *storage.Client) { c.Public, c.CertificateBound = true, true },
		"bound, with a secret": func(c *storage.Client) { c.CertificateBound = true },
	} {
		wantValid(t, app(change), what)
	}
}

func TestTypesOfDetailsAreNames(t *testing.T) {
	for what, types := range map[string][]string{"empty": {""}, "two words": {"a b"}, "twice": {"a", "a"}, "not ASCII": {"zahlüng"}, "many": make([]string, 101)} {
		wantInvalid(t, "authorization_details_types", app(func(c *storage.Client) { c.DetailTypes = types }), what)
	}
	wantValid(t, app(func(c *storage.Client) { c.DetailTypes = []string{"payment", "https://scheme.example/files"} }), "names")
}
