package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"

	"github.com/symbolon-id/symbolon/storage"
)

// The algorithms we sign with (RFC 7518 section 3).
const (
	RS256 = "RS256" // RSA-2048; what OpenID Connect requires everybody to understand
	ES256 = "ES256" // P-256
)

func algorithms() []string { return []string{RS256, ES256} }

// key is a private key in memory. One of rsa and ec is set.
type key struct {
	kid     string
	alg     string
	rsa     *rsa.PrivateKey
	ec      *ecdsa.PrivateKey
	headers sync.Map // typ → encoded header; typ is always a constant of ours
}

// generate makes a fresh private key and its record, sealed. The kid is the key's thumbprint
// (RFC 7638), so a kid can never come to mean another key.
func generate(alg string, sealer *Sealer) (storage.SigningKey, error) {
	private, err := generatePrivate(alg)
	if err != nil {
		return storage.SigningKey{}, err
	}
	k, err := newKey(private)
	if err != nil {
		return storage.SigningKey{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return storage.SigningKey{}, fmt.Errorf("encode %s key: %w", alg, err)
	}
	return storage.SigningKey{KID: k.kid, Alg: alg, Sealed: sealer.Seal(sealedAs(k.kid), der)}, nil
}

func generatePrivate(alg string) (crypto.Signer, error) {
	switch alg {
	case RS256:
		return rsa.GenerateKey(rand.Reader, 2048)
	case ES256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return nil, fmt.Errorf("no keys of algorithm %q", alg)
}

// open gives back the key of a record. That the kid is the thumbprint of what was sealed is checked
// too: whoever can write the database can put neither another key nor another algorithm in its place.
func open(row storage.SigningKey, sealer *Sealer) (*key, error) {
	der, err := sealer.Open(sealedAs(row.KID), row.Sealed)
	if err != nil {
		return nil, fmt.Errorf("signing key %s (%s) does not open with any configured secret: either put the "+
			"secret it was sealed under back, at the end of the list, or give the key up with "+
			"`symbolon keys revoke %s`: %w", row.KID, row.Alg, row.KID, err)
	}
	// PKCS#8, because x509 precomputes what makes RSA fast; a key read from a JWK signs slower.
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("read signing key %s: %w", row.KID, err)
	}
	k, err := newKey(private)
	if err != nil {
		return nil, fmt.Errorf("read signing key %s: %w", row.KID, err)
	}
	if k.kid != row.KID || k.alg != row.Alg {
		return nil, fmt.Errorf("signing key %s (%s) is not the key that was sealed: %w", row.KID, row.Alg, ErrSealed)
	}
	return k, nil
}

func sealedAs(kid string) string { return "signing key " + kid }

func newKey(private any) (*key, error) {
	k := new(key)
	switch p := private.(type) {
	case *rsa.PrivateKey:
		k.alg, k.rsa = RS256, p
	case *ecdsa.PrivateKey:
		k.alg, k.ec = ES256, p
	default:
		return nil, fmt.Errorf("unexpected kind of key %T", private)
	}
	jwk := k.public()
	thumbprint, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("thumbprint: %w", err)
	}
	k.kid = base64.RawURLEncoding.EncodeToString(thumbprint)
	return k, nil
}

// public is the key as the JWKS shows it.
func (k *key) public() jose.JSONWebKey {
	jwk := jose.JSONWebKey{KeyID: k.kid, Algorithm: k.alg, Use: "sig"}
	if k.rsa != nil {
		jwk.Key = &k.rsa.PublicKey
	} else {
		jwk.Key = &k.ec.PublicKey
	}
	return jwk
}
