package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

// holder is a client with an ES256 key; it signs whatever it is given.
type holder struct {
	t testing.TB
	*ecdsa.PrivateKey
}

func newHolder(t testing.TB) *holder {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return &holder{t, private}
}

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// jwk returns the public key.
func (k *holder) jwk() map[string]any {
	point, err := k.PublicKey.Bytes()
	must(k.t, err)
	return map[string]any{"kty": "EC", "crv": "P-256", "x": base64url(point[1:33]), "y": base64url(point[33:])}
}

func (k *holder) jwks() json.RawMessage { return encode(k.t, map[string]any{"keys": []any{k.jwk()}}) }

// thumbprint implements RFC 7638.
func (k *holder) thumbprint() string {
	sum := sha256.Sum256(encode(k.t, k.jwk())) // encoding/json sorts, and these are the required members
	return base64url(sum[:])
}

func (k *holder) sign(header, claims any) string {
	text := base64url(encode(k.t, header)) + "." + base64url(encode(k.t, claims))
	digest := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, k.PrivateKey, digest[:])
	must(k.t, err)
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return text + "." + base64url(signature)
}

// encode marshals v, or takes it as it is when it is JSON already.
func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return b
}

// keyed makes a client one of private_key_jwt with this key.
func keyed(k *holder) func(*storage.Client) {
	return func(c *storage.Client) { c.AuthMethod, c.JWKS = storage.AuthPrivateKeyJWT, k.jwks() }
}
