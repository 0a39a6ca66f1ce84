package storage

import (
	"encoding/json"
	"slices"
	"time"
)

// Grant is one authorization and what was issued from it: its code, and one refresh family. Every
// token issued from it is alive only while its grant, user, client and (without offline_access)
// session are.
type Grant struct {
	ID        string
	ClientID  string
	UserID    string
	SessionID string
	Offline   bool // outlives its session (offline_access)
	CreatedAt time.Time
	ExpiresAt time.Time // absolute end of the refresh family
	IdleAt    time.Time // end of the refresh family unless it is used before

	CodeDigest    []byte
	CodeExpiresAt time.Time
	CodeSpentAt   time.Time

	Seed       []byte // sealed; refresh tokens are derived from it
	Generation int64  // of the one refresh token that is live; 0 before the first
	RotatedAt  time.Time

	RevokedAt  time.Time
	RevokedWhy string
	GrantDetails
}

// GrantDetails is what a later step needs to know of the authorization request. It is stored as
// one JSON value: a field may be added, never renamed.
type GrantDetails struct {
	Scopes      []string  `json:"scopes,omitempty"`
	NoScope     bool      `json:"no_scope,omitempty"` // the request named none, and got the client's default
	Resources   []string  `json:"resources,omitempty"`
	RedirectURI string    `json:"redirect_uri,omitempty"` // as the request sent it; empty when it sent none
	Challenge   string    `json:"challenge,omitempty"`    // PKCE, S256
	Nonce       string    `json:"nonce,omitempty"`
	AuthTime    time.Time `json:"auth_time"`
	ACR         string    `json:"acr,omitempty"`
	AMR         []string  `json:"amr,omitempty"`
	JKT         string    `json:"dpop_jkt,omitempty"` // thumbprint of the key that the code is bound to

	Named *NamedClaims `json:"named_claims,omitempty"` // nil: the claims are those of the scopes

	AuthorizationDetails json.RawMessage `json:"authorization_details,omitempty"` // RFC 9396, as the person allowed them
}

// NamedClaims are claims that were asked for one by one (OpenID Connect Core section 5.5).
type NamedClaims struct {
	UserInfo []string `json:"userinfo,omitempty"`
	IDToken  []string `json:"id_token,omitempty"`
	Scopes   []string `json:"scopes,omitempty"` // held for these claims alone: the rest was not asked for
	Asked    []string `json:"asked,omitempty"`  // what people are asked for in place of Scopes: a scope, or "profile birthdate", a claim of one
}

// Allow is what a person is asked to allow for these scopes.
func (n *NamedClaims) Allow(scopes []string) []string {
	if n == nil || len(n.Asked) == 0 {
		return scopes
	}
	whole := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return slices.Contains(n.Scopes, s) })
	return append(whole, n.Asked...)
}

// GrantState is a grant with the people and things its life depends on, read in one query.
type GrantState struct {
	Grant
	User  User
	Alive bool // not revoked, user and client not disabled, session not ended unless Offline
}

// TokenQuery names what an access token stands on; empty fields do not apply.
type TokenQuery struct {
	JTI       string
	ClientID  string
	GrantID   string
	SessionID string
	UserID    string // may stay empty: a grant knows whose it is
	IssuedAt  time.Time
}

// TokenState is what an access token stands on, read in one query.
type TokenState struct {
	User        User         // empty when the token has no user
	Named       *NamedClaims // of its grant
	UserInfoAlg string       // of its client
	Alive       bool
}

// Consent is what a user allowed a client, per redirect host and resource.
type Consent struct {
	UserID       string
	ClientID     string
	RedirectHost string
	Resource     string // space-separated when several were asked for at once
	Scopes       []string
	GrantedAt    time.Time
}

// Connection is a client with access to a user's account, as the user sees it.
type Connection struct {
	ClientID string
	Kind     string
	Name     string
	Scopes   []string  // all that the user allowed it or that a live grant has, sorted
	Since    time.Time // the earliest of these
	LastUsed time.Time // when a live grant last gave tokens; zero: there is none
	Until    time.Time // when the last live grant ends; zero: there is none
	Offline  bool      // it has access while the user is away
}
