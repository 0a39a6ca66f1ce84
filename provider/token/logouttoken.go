package token

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const (
	// logoutTokenType is the JWT typ of a logout token; it keeps one from passing as any other token.
	logoutTokenType = "logout+jwt"
	logoutTokenLife = 2 * time.Minute

	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
)

// logoutClaims is OpenID Connect Back-Channel Logout section 2.4. There is never a nonce.
type logoutClaims struct {
	Issuer    string              `json:"iss"`
	Subject   string              `json:"sub"`
	Audience  string              `json:"aud"`
	IssuedAt  int64               `json:"iat"`
	ExpiresAt int64               `json:"exp"`
	JTI       string              `json:"jti"`
	SessionID string              `json:"sid"`
	Events    map[string]struct{} `json:"events"`
}

// LogoutToken is signed as the client's ID tokens are.
func (m *Maker) LogoutToken(ctx context.Context, c storage.Client, n storage.LogoutNotice) (string, error) {
	now := m.Clock.Now()
	return m.Keys.Sign(ctx, c.SignedWith(), logoutTokenType, logoutClaims{
		Issuer: m.Issuer, Subject: m.Subject(c, n.UserID), Audience: c.ID,
		IssuedAt: now.Unix(), ExpiresAt: now.Add(logoutTokenLife).Unix(), JTI: rand.Text(),
		SessionID: m.SID(c, n.SessionID), Events: map[string]struct{}{logoutEvent: {}},
	})
}
