package provider

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// accessTokenType is the JWT typ of an access token (RFC 9068 section 2.1).
const accessTokenType = "at+jwt"

// accessClaims is RFC 9068 section 2.2. grant_id ties the token to its grant, so that revoking one
// row ends every token made from it.
type accessClaims struct {
	Issuer    string        `json:"iss"`
	Subject   string        `json:"sub"`
	Audience  audience      `json:"aud"`
	ExpiresAt int64         `json:"exp"`
	IssuedAt  int64         `json:"iat"`
	JTI       string        `json:"jti"`
	ClientID  string        `json:"client_id"`
	Scope     string        `json:"scope"`
	AuthTime  int64         `json:"auth_time,omitempty"`
	ACR       string        `json:"acr,omitempty"`
	AMR       []string      `json:"amr,omitempty"`
	SessionID string        `json:"sid,omitempty"`
	GrantID   string        `json:"grant_id,omitempty"`
	Confirms  *confirmation `json:"cnf,omitempty"` // RFC 9449 section 6.1

	Details json.RawMessage `json:"authorization_details,omitempty"` // RFC 9396 section 9.1
}

// audience is written as a string when there is one (RFC 7519 section 4.1.3).
type audience []string

func (a audience) MarshalJSON() ([]byte, error) {
	if len(a) == 1 {
		return json.Marshal(a[0])
	}
	return json.Marshal([]string(a))
}

func (a *audience) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, (*[]string)(a))
	}
	*a = make(audience, 1)
	return json.Unmarshal(data, &(*a)[0])
}

// tokenStates judges access tokens by what they stand on.
type tokenStates interface {
	TokenState(ctx context.Context, q storage.TokenQuery) (storage.TokenState, error)
}

// tokenMaker makes the tokens that are JWTs, and opens them.
type tokenMaker struct {
	place
	keys       *keys.Ring
	salt       []byte // of pairwise subjects
	idTokenTTL time.Duration
	now        func() time.Time
	states     tokenStates
}

// accessToken signs the access token of this request.
func (m *tokenMaker) accessToken(ctx context.Context, c storage.Client, s *statement) (string, error) {
	return m.keys.Sign(ctx, c.SignedWith(), accessTokenType, m.accessClaims(c, s))
}

func (m *tokenMaker) accessClaims(c storage.Client, s *statement) *accessClaims {
	claims := &accessClaims{
		Issuer:    m.Issuer,
		Subject:   c.ID,
		Audience:  s.audience,
		ExpiresAt: s.expires.Unix(),
		IssuedAt:  issuedAt(s.at, c.NotBefore),
		JTI:       rand.Text(),
		ClientID:  c.ID,
		Scope:     strings.Join(s.scopes, " "),
		Confirms:  s.confirms(),
		Details:   s.details,
	}
	if s.grant.ID == "" {
		return claims
	}
	claims.Subject, claims.GrantID, claims.SessionID = m.subject(c, s.user.ID), s.grant.ID, m.sid(c, s.grant.SessionID)
	claims.AuthTime, claims.ACR, claims.AMR = s.grant.AuthTime.Unix(), s.grant.ACR, s.grant.AMR
	return claims
}

// issuedAt is now, or the client's not-before time when that is still ahead: disabling a client ends
// every token of that second, enabling it again in the same second must not.
func issuedAt(now, notBefore time.Time) int64 {
	return max(now.Unix(), notBefore.Unix())
}

// openAccess returns the claims of an access token that we signed and that has not expired. Whether
// what it stands on still stands is for state to say.
func (m *tokenMaker) openAccess(token string) (claims accessClaims, ok bool) {
	payload, _, err := m.keys.Verify(token, accessTokenType)
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return accessClaims{}, false
	}
	if claims.Issuer != m.Issuer || claims.JTI == "" || m.now().Unix() >= claims.ExpiresAt {
		return accessClaims{}, false
	}
	return claims, true
}

// state judges, in one query, everything a token stands on: its own revocation, its client, and for
// a person's token the grant, user and session. Whose it is its grant knows: a sub may be pairwise.
func (m *tokenMaker) state(ctx context.Context, claims accessClaims) (storage.TokenState, error) {
	q := storage.TokenQuery{
		JTI: claims.JTI, ClientID: claims.ClientID, GrantID: claims.GrantID,
		SessionID: claims.SessionID, IssuedAt: time.Unix(claims.IssuedAt, 0),
	}
	if claims.GrantID != "" && !strings.HasPrefix(claims.Subject, pairwisePrefix) {
		q.UserID = claims.Subject
	}
	return m.states.TokenState(ctx, q)
}
