package storage

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Kinds of client.
const (
	KindApp   = "app"   // a client that users sign in to
	KindAgent = "agent" // has its own service account; gets tokens as itself
)

// Client is software registered with us.
type Client struct {
	ID         string
	Kind       string
	Name       string
	CreatedAt  time.Time
	UpdatedAt  time.Time // the version: every change makes it a later one
	DisabledAt time.Time
	NotBefore  time.Time // tokens issued before this are dead
	ClientMetadata
	Secrets []ClientSecret // the live ones, oldest first
}

// SelfRegistered reports whether no operator registered the client: it did so itself, or
// its id is the address of its metadata.
func (c Client) SelfRegistered() bool {
	return strings.HasPrefix(c.ID, DynamicPrefix) || strings.Contains(c.ID, "://")
}

// ClientMetadata is the part of a client its owner chooses. It is stored as one JSON value: a field
// may be added, never renamed.
type ClientMetadata struct {
	Public                 bool          `json:"public,omitempty"`
	FirstParty             bool          `json:"first_party,omitempty"` // skips the consent page
	RedirectURIs           []string      `json:"redirect_uris,omitempty"`
	PostLogoutRedirectURIs []string      `json:"post_logout_redirect_uris,omitempty"`
	GrantTypes             []string      `json:"grant_types,omitempty"`
	Scopes                 []string      `json:"scopes,omitempty"`
	DefaultScopes          []string      `json:"default_scopes,omitempty"` // of Scopes, for a request that names none; empty: all of them
	Audiences              []string      `json:"audiences,omitempty"`      // resources it may name; the first is its default
	Serves                 []string      `json:"serves,omitempty"`         // resources it is the server of: it may introspect their tokens
	SigningAlg             string        `json:"signing_alg,omitempty"`
	AccessTokenTTL         time.Duration `json:"access_token_ttl,omitempty"` // 0: the deployment's default
	RefreshRetry           time.Duration `json:"refresh_retry,omitempty"`    // likewise
	PKCEOptional           bool          `json:"pkce_optional,omitempty"`    // require_pkce: false

	// AuthMethod is one of those below, or empty: a secret, nothing when Public.
	AuthMethod string          `json:"token_endpoint_auth_method,omitempty"`
	JWKS       json.RawMessage `json:"jwks,omitempty"`     // its public keys, a JWK Set
	JWKSURI    string          `json:"jwks_uri,omitempty"` // or where they are
	// AssertionAlg is the one its assertions are signed with; empty is any that we accept.
	AssertionAlg string `json:"token_endpoint_auth_signing_alg,omitempty"`
	RequirePAR   bool   `json:"require_pushed_authorization_requests,omitempty"`
	DPoPBound    bool   `json:"dpop_bound_access_tokens,omitempty"` // every token request needs a proof

	SubjectType         string `json:"subject_type,omitempty"` // SubjectPairwise, or empty: public
	SectorIdentifierURI string `json:"sector_identifier_uri,omitempty"`
	UserInfoAlg         string `json:"userinfo_signed_response_alg,omitempty"` // empty: userinfo is not signed
	IDTokenClaims       string `json:"id_token_claims,omitempty"`              // IDTokenMinimal, or empty: full

	DefaultMaxAge    *int64   `json:"default_max_age,omitempty"` // seconds
	RequireAuthTime  bool     `json:"require_auth_time,omitempty"`
	DefaultACRValues []string `json:"default_acr_values,omitempty"`
	InitiateLoginURI string   `json:"initiate_login_uri,omitempty"`
	Contacts         []string `json:"contacts,omitempty"`
	ApplicationType  string   `json:"application_type,omitempty"` // AppWeb, AppNative, or empty: not said
	// Where it is notified that a session ended: by a POST to its server, and by a frame in the browser
	// (OpenID Connect Back-Channel and Front-Channel Logout).
	BackchannelLogoutURI      string `json:"backchannel_logout_uri,omitempty"`
	BackchannelLogoutSession  bool   `json:"backchannel_logout_session_required,omitempty"` // we name the session in any case
	FrontchannelLogoutURI     string `json:"frontchannel_logout_uri,omitempty"`
	FrontchannelLogoutSession bool   `json:"frontchannel_logout_session_required,omitempty"`

	// The one name that its certificates must have with AuthTLS (RFC 8705 section 2.1.2).
	TLSSubjectDN string `json:"tls_client_auth_subject_dn,omitempty"`
	TLSSANDNS    string `json:"tls_client_auth_san_dns,omitempty"`
	TLSSANURI    string `json:"tls_client_auth_san_uri,omitempty"`
	TLSSANIP     string `json:"tls_client_auth_san_ip,omitempty"`
	TLSSANEmail  string `json:"tls_client_auth_san_email,omitempty"`

	DetailTypes []string `json:"authorization_details_types,omitempty"` // that it may ask for (RFC 9396)

	// CertificateBound: its tokens are of use only with the certificate it got them with.
	CertificateBound bool `json:"tls_client_certificate_bound_access_tokens,omitempty"`

	// What the client signs, and what is signed for it: an algorithm each. Empty is any that we accept
	// of request objects (RFC 9101), no signed authorization responses (JARM), and RS256 of those to
	// introspection (RFC 9701).
	RequestAlg       string `json:"request_object_signing_alg,omitempty"` // or AlgNone
	RequireSigned    bool   `json:"require_signed_request_object,omitempty"`
	ResponseAlg      string `json:"authorization_signed_response_alg,omitempty"`
	IntrospectionAlg string `json:"introspection_signed_response_alg,omitempty"`

	Profile string `json:"profile,omitempty"` // ProfileFAPI2, or empty

	ClientLinks

	// Approved: the operator has looked at it, although it came by itself. It counts for what the
	// operator saw, and goes with the first change of that.
	Approved bool `json:"approved,omitempty"`
}

// ProfileFAPI2 holds the client to every rule of the FAPI 2.0 Security Profile.
const ProfileFAPI2 = "fapi2"

// AlgNone is the algorithm of request objects that are not signed at all.
const AlgNone = "none"

// FAPI2 reports whether the client is held to the FAPI 2.0 Security Profile.
func (m ClientMetadata) FAPI2() bool { return m.Profile == ProfileFAPI2 }

// SigningAlgs returns the algorithms that what we sign for the client is signed with.
func (m ClientMetadata) SigningAlgs() []string {
	algs := []string{m.SignedWith(), m.UserInfoAlg, m.ResponseAlg, m.IntrospectionAlg}
	algs = slices.DeleteFunc(algs, func(alg string) bool { return alg == "" })
	slices.Sort(algs)
	return slices.Compact(algs)
}

// SignedWith is the algorithm of the tokens made for the client. FAPI 2.0 rules RS256 out
// (section 5.4.1).
func (m ClientMetadata) SignedWith() string {
	switch {
	case m.SigningAlg != "":
		return m.SigningAlg
	case m.FAPI2():
		return "ES256"
	}
	return "RS256"
}

// ClientLinks are the addresses a client gives of itself, for people to see. All are optional.
type ClientLinks struct {
	ClientURI string `json:"client_uri,omitempty"`
	LogoURI   string `json:"logo_uri,omitempty"` // what we keep of it is a ClientLogo
	PolicyURI string `json:"policy_uri,omitempty"`
	TOSURI    string `json:"tos_uri,omitempty"`
}

// ClientLogo is the picture of a client, drawn anew by us.
type ClientLogo struct {
	ClientID string
	Name     string // of its content; it is served under this name
	PNG      []byte
}

// ScopesByDefault are asked for by a request that names none.
func (m ClientMetadata) ScopesByDefault() []string {
	if len(m.DefaultScopes) > 0 {
		return m.DefaultScopes
	}
	return m.Scopes
}

// Application types (OpenID Connect Dynamic Client Registration section 2).
const (
	AppWeb    = "web"
	AppNative = "native"
)

// AuthPrivateKeyJWT authenticates the client by assertions signed with its own key, and in no
// weaker way (RFC 7523).
const AuthPrivateKeyJWT = "private_key_jwt"

// Mutual TLS (RFC 8705): the client authenticates by a certificate, and in no weaker way.
const (
	AuthTLS           = "tls_client_auth"             // of an issuer we trust, with a registered name
	AuthSelfSignedTLS = "self_signed_tls_client_auth" // of one of its registered keys
)

// ClientSecret is one of several live secrets of a client.
type ClientSecret struct {
	ID         string
	ClientID   string
	Digest     []byte
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero: does not expire
	LastUsedAt time.Time
}
