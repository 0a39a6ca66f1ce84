package provider

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// idTokenType is the JWT typ of an ID token; it keeps one from passing as an access token.
const idTokenType = "JWT"

// idToken is OpenID Connect Core sections 2 and 3.1.3.6. On refresh it is the same authentication:
// the original auth_time, and no nonce (section 12.2).
func (p *Provider) idToken(ctx context.Context, c storage.Client, s *tokenSession, accessToken, nonce string) (string, error) {
	claims := map[string]any{"sub": p.subject(c, s.user.ID), "iss": p.Issuer}
	if c.IDTokenClaims != storage.IDTokenMinimal {
		tell(claims, &s.user, s.scopes, s.grant.Named)
	}
	if s.grant.Named != nil {
		tellNamed(claims, &s.user, s.scopes, s.grant.Named.IDToken)
	}
	claims["aud"] = c.ID
	claims["iat"] = s.now.Unix()
	claims["exp"] = s.now.Add(p.IDTokenTTL).Unix()
	claims["auth_time"] = s.grant.AuthTime.Unix()
	claims["sid"] = p.sid(c, s.grant.SessionID)
	claims["at_hash"] = leftHalf(signingAlg(c), accessToken)
	if nonce != "" {
		claims["nonce"] = nonce
	}
	if s.grant.ACR != "" {
		claims["acr"] = s.grant.ACR
	}
	if len(s.grant.AMR) > 0 {
		claims["amr"] = s.grant.AMR
	}
	return p.Keys.Sign(ctx, signingAlg(c), idTokenType, claims)
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
