package clients

import "github.com/symbolon-id/symbolon/storage"

// requests is how the client asks, and is answered.
var requests = Table{
	{Name: "require_signed_request_object", Flag: "require-signed-request", Help: "it has to sign its authorization requests (RFC 9101)", Label: "signed requests only", Registered: true,
		Column: func(c *storage.Client) any { return &c.RequireSigned }},
	{Name: "request_object_signing_alg", Flag: "request-alg", Help: "the algorithm it signs them with, or none (default: any we accept)", Registered: true, Algorithm: true, Unsigned: true,
		Column: func(c *storage.Client) any { return &c.RequestAlg }},
	{Name: "authorization_signed_response_alg", Flag: "response-alg", Help: "it may ask for signed authorization responses (JARM), made with this algorithm", Registered: true, Algorithm: true,
		Column: func(c *storage.Client) any { return &c.ResponseAlg }},
	{Name: "introspection_signed_response_alg", Flag: "introspection-alg", Help: "the algorithm of signed introspection responses (RFC 9701; default RS256, with --profile that of its tokens)", Registered: true, Algorithm: true,
		Column: func(c *storage.Client) any { return &c.IntrospectionAlg }},
	{Name: "require_pushed_authorization_requests", Flag: "require-par", Help: "it has to push its authorization requests (RFC 9126)", Label: "pushed requests only", Registered: true,
		Column: func(c *storage.Client) any { return &c.RequirePAR }},
	{Name: "require_pkce", Flag: "require-pkce", Help: "=false only for an old client with a secret that cannot do PKCE", Label: "PKCE", Always: true, Negative: true,
		Column: func(c *storage.Client) any { return &c.PKCEOptional }},
	{Name: "dpop_bound_access_tokens", Flag: "dpop", Help: "it has to bind every token to a key of its own (RFC 9449)", Label: "bound tokens only", Agents: Settable, Registered: true,
		Column: func(c *storage.Client) any { return &c.DPoPBound }},
	{Name: "tls_client_certificate_bound_access_tokens", Flag: "certificate-bound", Help: "its tokens are of use only with the certificate it got them with", Label: "tokens bound to certificate", Agents: Settable, Registered: true,
		Column: func(c *storage.Client) any { return &c.CertificateBound }},
}

// tokens is what its tokens are for, and how long.
var tokens = Table{
	{Name: "access_token_ttl", Flag: "access-token-ttl", Help: "life of its access tokens, at most 60m (default: as configured)", Agents: Settable,
		Column: func(c *storage.Client) any { return &c.AccessTokenTTL }},
	{Name: "refresh_retry", Flag: "refresh-retry", Help: "for so long a used refresh token gives its successor again, at most 30m: for programs whose processes share a store (default: as configured)", Label: "refreshes repeat for",
		Column: func(c *storage.Client) any { return &c.RefreshRetry }},
	{Name: "id_token_signed_response_alg", Local: "signing_alg", Flag: "signing-alg", Help: "RS256 (default), ES256, PS256 or EdDSA", Agents: Settable, Registered: true, Always: true, Algorithm: true, Effective: storage.Client.SignedWith,
		Column: func(c *storage.Client) any { return &c.SigningAlg }},
	{Name: "grant_types", Flag: "grant-type", Help: "authorization_code, refresh_token, client_credentials or that of RFC 8628; repeatable", Label: "grants", Agents: Shown, Registered: true, Always: true, Required: true,
		Column: func(c *storage.Client) any { return &c.GrantTypes }},
	{Name: "scope", Flag: "scope", Help: "all it may be granted, separated by spaces; repeatable", Label: "scope", Agents: Settable, Registered: true, Always: true, Words: true,
		Column: func(c *storage.Client) any { return &c.Scopes }},
	{Name: "authorization_details_types", Flag: "authorization-details-type", Help: "`TYPE` of authorization details it may ask for (RFC 9396); repeatable", Label: "details", Agents: Settable, Registered: true,
		Column: func(c *storage.Client) any { return &c.DetailTypes }},
	{Name: "audience", Flag: "audience", Help: "`URI` of a resource its tokens may be for; the first is the default (none: the issuer); repeatable", Label: "audience", Agents: Settable, Always: true,
		Column: func(c *storage.Client) any { return &c.Audiences }},
	{Name: "serves", Flag: "serves", Help: "`URI` of a resource it is the server of: it may introspect tokens for it; repeatable", Label: "serves",
		Column: func(c *storage.Client) any { return &c.Serves }},
}
