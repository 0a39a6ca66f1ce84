package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// ceilingClaims are as many as a real access token has.
type ceilingClaims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	ExpiresAt int64  `json:"exp"`
	IssuedAt  int64  `json:"iat"`
	JTI       string `json:"jti"`
	ClientID  string `json:"client_id"`
	Scope     string `json:"scope"`
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// sign makes a token for a client: with ES256 for "es", else with RS256.
func (c *ceiling) sign(client string) string {
	now := time.Now().Unix()
	payload, _ := json.Marshal(ceilingClaims{"https://ceiling.example", client, "https://api.example", now + 900, now, rand.Text(), client, "read"})
	token := encode([]byte(`{"alg":"RS256","kid":"ceiling","typ":"at+jwt"}`)) + "." + encode(payload)
	digest := sha256.Sum256([]byte(token))
	if client == "es" {
		r, s, err := ecdsa.Sign(rand.Reader, c.es, digest[:])
		if err != nil {
			return ""
		}
		return token + "." + encode(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
	}
	signature, err := rsa.SignPKCS1v15(nil, c.rs, crypto.SHA256, digest[:])
	if err != nil {
		return ""
	}
	return token + "." + encode(signature)
}

// open verifies an RS256 token.
func (c *ceiling) open(token string) (claims ceilingClaims, ok bool) {
	end := strings.LastIndexByte(token, '.')
	if end < 0 {
		return claims, false
	}
	signature, err := base64.RawURLEncoding.DecodeString(token[end+1:])
	if err != nil {
		return claims, false
	}
	digest := sha256.Sum256([]byte(token[:end]))
	if rsa.VerifyPKCS1v15(&c.rs.PublicKey, crypto.SHA256, digest[:], signature) != nil {
		return claims, false
	}
	_, payload, _ := strings.Cut(token[:end], ".")
	text, err := base64.RawURLEncoding.DecodeString(payload)
	return claims, err == nil && json.Unmarshal(text, &claims) == nil
}
