package provider

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// idTokenType is the JWT typ of an ID token; it keeps one from passing as an access token.
const idTokenType = "JWT"

// idToken is OpenID Connect Core sections 2 and 3.1.3.6. On refresh it is the same authentication:
// the original auth_time, and no nonce (section 12.2).
func (m *tokenMaker) idToken(ctx context.Context, c storage.Client, s *statement, accessToken, nonce string) (string, error) {
	claims := map[string]any{"sub": m.subject(c, s.user.ID), "iss": m.Issuer}
	if c.IDTokenClaims != storage.IDTokenMinimal {
		tell(claims, &s.user, s.scopes, s.grant.Named)
	}
	if s.grant.Named != nil {
		tellNamed(claims, &s.user, s.scopes, s.grant.Named.IDToken)
	}
	claims["aud"] = c.ID
	claims["iat"] = s.at.Unix()
	claims["exp"] = s.at.Add(m.idTokenTTL).Unix()
	claims["auth_time"] = s.grant.AuthTime.Unix()
	claims["sid"] = m.sid(c, s.grant.SessionID)
	claims["at_hash"] = leftHalf(c.SignedWith(), accessToken)
	if nonce != "" {
		claims["nonce"] = nonce
	}
	if s.grant.ACR != "" {
		claims["acr"] = s.grant.ACR
	}
	if len(s.grant.AMR) > 0 {
		claims["amr"] = s.grant.AMR
	}
	return m.keys.Sign(ctx, c.SignedWith(), idTokenType, claims)
}

// leftHalf is the at_hash for an ID token of this algorithm (OpenID Connect Core section 3.1.3.6):
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
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	Audience  audience `json:"aud"`
	SessionID string   `json:"sid"`
}

// openIDToken verifies signature, type and issuer of an ID token of ours, not its expiry.
func (m *tokenMaker) openIDToken(token string) (hintClaims, error) {
	var claims hintClaims
	payload, _, err := m.keys.Verify(token, idTokenType)
	if err != nil {
		return claims, err
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return claims, err
	}
	if claims.Issuer != m.Issuer || claims.Subject == "" {
		return claims, refuse("invalid_request", "The id_token_hint was not issued by this server.")
	}
	return claims, nil
}
