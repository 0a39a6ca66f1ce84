package clients

import "github.com/symbolon-id/symbolon/storage"

// proof is how the client authenticates.
var proof = Table{
	{Name: "token_endpoint_auth_method", Label: "authenticates by", Agents: Shown, Registered: true, Always: true, Effective: authMethod,
		Column: func(c *storage.Client) any { return &c.AuthMethod }},
	{Name: "token_endpoint_auth_signing_alg", Flag: "assertion-alg", Help: "the algorithm it signs its assertions with (default: any we accept)", Agents: Settable, Registered: true, Algorithm: true,
		Column: func(c *storage.Client) any { return &c.AssertionAlg }},
	{Name: "jwks", Flag: "jwks", Help: "`FILE` with its public keys (JWK Set): it authenticates with them, and not by a secret", Agents: Settable, Registered: true, Prepare: byKeys,
		Column: func(c *storage.Client) any { return &c.JWKS }},
	{Name: "jwks_uri", Flag: "jwks-uri", Help: "`URL` (https) where it publishes them, instead of --jwks", Label: "keys at", Agents: Settable, Registered: true, Prepare: byKeys,
		Column: func(c *storage.Client) any { return &c.JWKSURI }},
	{Name: "profile", Flag: "profile", Help: "fapi2: every rule of the FAPI 2.0 Security Profile, without exception (docs/fapi.md)", Label: "profile", Agents: Settable,
		Column: func(c *storage.Client) any { return &c.Profile }},
	{Name: "tls_client_auth_subject_dn", Flag: "tls-subject-dn", Help: "it authenticates by certificates with this subject `NAME`, as RFC 4514 writes it", Label: "certificate of", Agents: Settable, Registered: true, Prepare: byCertificate,
		Column: func(c *storage.Client) any { return &c.TLSSubjectDN }},
	{Name: "tls_client_auth_san_dns", Flag: "tls-san-dns", Help: "likewise, with this DNS `NAME`", Label: "certificate of", Agents: Settable, Registered: true, Prepare: byCertificate,
		Column: func(c *storage.Client) any { return &c.TLSSANDNS }},
	{Name: "tls_client_auth_san_uri", Flag: "tls-san-uri", Help: "likewise, with this `URI`, such as a SPIFFE ID", Label: "certificate of", Agents: Settable, Registered: true, Prepare: byCertificate,
		Column: func(c *storage.Client) any { return &c.TLSSANURI }},
	{Name: "tls_client_auth_san_ip", Flag: "tls-san-ip", Help: "likewise, with this `ADDRESS`", Label: "certificate of", Agents: Settable, Registered: true, Prepare: byCertificate,
		Column: func(c *storage.Client) any { return &c.TLSSANIP }},
	{Name: "tls_client_auth_san_email", Flag: "tls-san-email", Help: "likewise, with this mail `ADDRESS`", Label: "certificate of", Agents: Settable, Registered: true, Prepare: byCertificate,
		Column: func(c *storage.Client) any { return &c.TLSSANEmail }},
}

// authMethod returns how the client authenticates: with a secret it may send it either way.
func authMethod(c storage.Client) string {
	switch {
	case c.AuthMethod != "":
		return c.AuthMethod
	case c.Public:
		return "none"
	}
	return "client_secret_basic"
}

// byKeys makes room for keys, which are in one place, and authenticate the client.
func byKeys(c *storage.Client) {
	c.JWKS, c.JWKSURI = nil, ""
	if c.AuthMethod != storage.AuthSelfSignedTLS {
		c.AuthMethod = storage.AuthPrivateKeyJWT
	}
}

// byCertificate makes room for the one name by which the client is known.
func byCertificate(c *storage.Client) {
	c.AuthMethod = storage.AuthTLS
	c.TLSSubjectDN, c.TLSSANDNS, c.TLSSANURI, c.TLSSANIP, c.TLSSANEmail = "", "", "", "", ""
}
