package clients

import "github.com/symbolon-id/symbolon/storage"

// openid is what OpenID Connect Dynamic Client Registration section 2 adds.
var openid = Table{
	{Name: "subject_type", Flag: "subject-type", Help: "subject identifiers: public (default), or pairwise (a different sub for each sector)", Label: "subjects", Registered: true, Always: true, Default: storage.SubjectPublic,
		Column: func(c *storage.Client) any { return &c.SubjectType }},
	{Name: "sector_identifier_uri", Flag: "sector-identifier-uri", Help: "`URI` of who answers for it; clients of one host know a person by the same pairwise sub (default: the host of its redirect URIs)", Label: "sector", Registered: true,
		Column: func(c *storage.Client) any { return &c.SectorIdentifierURI }},
	{Name: "id_token_claims", Flag: "id-token-claims", Help: "full (default), or minimal: what the scopes tell is at userinfo only", Label: "ID tokens", Registered: true, Default: storage.IDTokenFull,
		Column: func(c *storage.Client) any { return &c.IDTokenClaims }},
	{Name: "userinfo_signed_response_alg", Flag: "userinfo-signing-alg", Help: "sign userinfo: RS256, ES256, PS256 or EdDSA (default, none: plain JSON)", Label: "userinfo signed by", Registered: true, Off: "none", Algorithm: true,
		Column: func(c *storage.Client) any { return &c.UserInfoAlg }},
	{Name: "default_max_age", Flag: "default-max-age", Help: "people must have signed in within this time, unless the request says another (none: no limit)", Registered: true,
		Column: func(c *storage.Client) any { return &c.DefaultMaxAge }},
	{Name: "require_auth_time", Flag: "require-auth-time", Help: "it wants auth_time in ID tokens (which is always there)", Registered: true,
		Column: func(c *storage.Client) any { return &c.RequireAuthTime }},
	{Name: "default_acr_values", Flag: "default-acr", Help: "`ACR` to reach, unless the request says another; repeatable", Registered: true,
		Column: func(c *storage.Client) any { return &c.DefaultACRValues }},
	{Name: "initiate_login_uri", Flag: "initiate-login-uri", Help: "`URI` where a sign-in to it begins", Registered: true,
		Column: func(c *storage.Client) any { return &c.InitiateLoginURI }},
	{Name: "contacts", Flag: "contact", Help: "mail `ADDRESS` of who looks after it; repeatable", Registered: true,
		Column: func(c *storage.Client) any { return &c.Contacts }},
	{Name: "application_type", Flag: "application-type", Help: "web or native", Registered: true,
		Column: func(c *storage.Client) any { return &c.ApplicationType }},
}
