package token

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
)

// accessTokenType is the JWT typ of an access token (RFC 9068 section 2.1).
const accessTokenType = "at+jwt"

// AccessClaims is RFC 9068 section 2.2. grant_id ties the token to its grant, so that revoking one
// row ends every token made from it.
type AccessClaims struct {
	Issuer    string              `json:"iss"`
	Subject   string              `json:"sub"`
	Audience  oauth.Audience      `json:"aud"`
	ExpiresAt int64               `json:"exp"`
	IssuedAt  int64               `json:"iat"`
	JTI       string              `json:"jti"`
	ClientID  string              `json:"client_id"`
	Scope     string              `json:"scope"`
	AuthTime  int64               `json:"auth_time,omitempty"`
	ACR       string              `json:"acr,omitempty"`
	AMR       []string            `json:"amr,omitempty"`
	SessionID string              `json:"sid,omitempty"`
	GrantID   string              `json:"grant_id,omitempty"`
	Confirms  *oauth.Confirmation `json:"cnf,omitempty"` // RFC 9449 section 6.1

	Details json.RawMessage `json:"authorization_details,omitempty"` // RFC 9396 section 9.1
}

// States judges access tokens by what they depend on.
type States interface {
	TokenState(ctx context.Context, q storage.TokenQuery) (storage.TokenState, error)
}

// Maker makes the tokens that are JWTs, and opens them.
type Maker struct {
	oauth.Place
	Keys       *keys.Ring
	Salt       []byte // of pairwise subjects
	IDTokenTTL time.Duration
	Clock      clock.Clock
	States     States
}

// AccessToken signs the access token of this request.
func (m *Maker) AccessToken(ctx context.Context, c storage.Client, s *Statement) (string, error) {
	return m.Keys.Sign(ctx, c.SignedWith(), accessTokenType, m.accessClaims(c, s))
}

func (m *Maker) accessClaims(c storage.Client, s *Statement) *AccessClaims {
	claims := &AccessClaims{
		Issuer:    m.Issuer,
		Subject:   c.ID,
		Audience:  s.Audience,
		ExpiresAt: s.Expires.Unix(),
		IssuedAt:  issuedAt(s.At, c.NotBefore),
		JTI:       rand.Text(),
		ClientID:  c.ID,
		Scope:     strings.Join(s.Scopes, " "),
		Confirms:  s.Confirms(),
		Details:   s.Details,
	}
	if s.Grant.ID == "" {
		return claims
	}
	claims.Subject, claims.GrantID, claims.SessionID = m.Subject(c, s.User.ID), s.Grant.ID, m.SID(c, s.Grant.SessionID)
	claims.AuthTime, claims.ACR, claims.AMR = s.Grant.AuthTime.Unix(), s.Grant.ACR, s.Grant.AMR
	return claims
}

// issuedAt returns now, or the client's not-before time when that is still ahead: disabling a client ends
// every token of that second, enabling it again in the same second must not.
func issuedAt(now, notBefore time.Time) int64 {
	return max(now.Unix(), notBefore.Unix())
}

// OpenAccess returns the claims of an access token that we signed and that has not expired. Whether
// what it depends on is still valid is for State to say.
func (m *Maker) OpenAccess(token string) (claims AccessClaims, ok bool) {
	payload, _, err := m.Keys.Verify(token, accessTokenType)
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return AccessClaims{}, false
	}
	if claims.Issuer != m.Issuer || claims.JTI == "" || m.Clock.Now().Unix() >= claims.ExpiresAt {
		return AccessClaims{}, false
	}
	return claims, true
}

// State judges, in one query, everything a token depends on: its own revocation, its client, and for
// a person's token the grant, user and session. Whose it is its grant knows: a sub may be pairwise.
func (m *Maker) State(ctx context.Context, claims AccessClaims) (storage.TokenState, error) {
	q := storage.TokenQuery{
		JTI: claims.JTI, ClientID: claims.ClientID, GrantID: claims.GrantID,
		SessionID: claims.SessionID, IssuedAt: time.Unix(claims.IssuedAt, 0),
	}
	if claims.GrantID != "" && !strings.HasPrefix(claims.Subject, PairwisePrefix) {
		q.UserID = claims.Subject
	}
	return m.States.TokenState(ctx, q)
}
