package token

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/userclaims"
	"github.com/symbolon-id/symbolon/storage"
)

// idTokenType is the JWT typ of an ID token; it keeps one from passing as an access token.
const idTokenType = "JWT"

// IDToken implements OpenID Connect Core sections 2 and 3.1.3.6. On refresh it is the same authentication:
// the original auth_time, and no nonce (section 12.2).
func (m *Maker) IDToken(ctx context.Context, c storage.Client, s *Statement, accessToken string) (string, error) {
	claims := map[string]any{"sub": m.Subject(c, s.User.ID), "iss": m.Issuer}
	if c.IDTokenClaims != storage.IDTokenMinimal {
		userclaims.Add(claims, &s.User, s.Scopes, s.Grant.Named)
	}
	if s.Grant.Named != nil {
		userclaims.AddNamed(claims, &s.User, s.Scopes, s.Grant.Named.IDToken)
	}
	claims["aud"] = c.ID
	claims["iat"] = s.At.Unix()
	claims["exp"] = s.At.Add(m.IDTokenTTL).Unix()
	claims["auth_time"] = s.Grant.AuthTime.Unix()
	claims["sid"] = m.SID(c, s.Grant.SessionID)
	claims["at_hash"] = leftHalf(c.SignedWith(), accessToken)
	if s.Nonce != "" {
		claims["nonce"] = s.Nonce
	}
	if s.Grant.ACR != "" {
		claims["acr"] = s.Grant.ACR
	}
	if len(s.Grant.AMR) > 0 {
		claims["amr"] = s.Grant.AMR
	}
	return m.Keys.Sign(ctx, c.SignedWith(), idTokenType, claims)
}

// leftHalf returns the at_hash for an ID token of this algorithm (OpenID Connect Core section 3.1.3.6):
// of the algorithm's own hash, which is SHA-512 for Ed25519.
func leftHalf(alg, token string) string {
	if alg == keys.EdDSA {
		sum := sha512.Sum512([]byte(token))
		return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

// hintClaims is what we read of an ID token that comes back to us.
type hintClaims struct {
	Issuer    string         `json:"iss"`
	Subject   string         `json:"sub"`
	Audience  oauth.Audience `json:"aud"`
	SessionID string         `json:"sid"`
}

// OpenIDToken verifies signature, type and issuer of an ID token of ours, not its expiry.
func (m *Maker) OpenIDToken(token string) (hintClaims, error) {
	var claims hintClaims
	payload, _, err := m.Keys.Verify(token, idTokenType)
	if err != nil {
		return claims, err
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return claims, err
	}
	if claims.Issuer != m.Issuer || claims.Subject == "" {
		return claims, oauth.Refuse("invalid_request", "The id_token_hint was not issued by this server.")
	}
	return claims, nil
}
