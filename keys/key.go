package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
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
	RS256 = "RS256" // RSA-2048; what OpenID Connect requires every client to understand
	ES256 = "ES256" // P-256
	PS256 = "PS256" // RSA-2048, with keys of its own
	EdDSA = "EdDSA" // Ed25519
)

// algorithms are all we sign with. A ring has keys for those that are standard from the start, and
// for the others from when a token is first to be signed with them.
func algorithms() []string { return append(standard(), PS256, EdDSA) }

func standard() []string { return []string{RS256, ES256} }

// key is a private key in memory. One of rsa, ec and ed is set.
type key struct {
	kid     string
	alg     string
	rsa     *rsa.PrivateKey
	signer  crypto.Signer // of rsa: the engine's
	ec      *ecdsa.PrivateKey
	ed      ed25519.PrivateKey
	headers sync.Map // typ → encoded header; typ is always a constant of ours
}

// generate makes a fresh private key and its record, sealed. The kid is the key's thumbprint
// (RFC 7638), so a kid can never come to mean another key.
func generate(alg string, sealer *Sealer) (storage.SigningKey, error) {
	private, err := generatePrivate(alg)
	if err != nil {
		return storage.SigningKey{}, err
	}
	k, err := newKey(alg, private)
	if err != nil {
		return storage.SigningKey{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return storage.SigningKey{}, fmt.Errorf("encode %s key: %w", alg, err)
	}
	return storage.SigningKey{KID: k.kid, Alg: alg, Sealed: sealer.Seal(sealedAs(alg, k.kid), der)}, nil
}

func generatePrivate(alg string) (crypto.Signer, error) {
	switch alg {
	case RS256, PS256:
		return rsa.GenerateKey(rand.Reader, 2048)
	case ES256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case EdDSA:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}
	return nil, fmt.Errorf("no keys of algorithm %q", alg)
}

// open gives back the key of a record. That the kid is the thumbprint of what was sealed is checked
// too: an attacker who can write the database can put neither another key nor another algorithm in its place.
func open(row storage.SigningKey, sealer *Sealer) (*key, error) {
	der, err := sealer.Open(sealedAs(row.Alg, row.KID), row.Sealed)
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
	k, err := newKey(row.Alg, private)
	if err != nil {
		return nil, fmt.Errorf("read signing key %s: %w", row.KID, err)
	}
	if k.kid != row.KID {
		return nil, fmt.Errorf("signing key %s (%s) is not the key that was sealed: %w", row.KID, row.Alg, ErrSealed)
	}
	return k, nil
}

// sealedAs binds an RSA key to the one of its two algorithms that it was made for; the kind of any
// other key implies its algorithm.
func sealedAs(alg, kid string) string {
	if alg == PS256 {
		return "signing key PS256 " + kid
	}
	return "signing key " + kid
}

func newKey(alg string, private any) (*key, error) {
	k := &key{alg: alg}
	fits := false
	switch p := private.(type) {
	case *rsa.PrivateKey:
		k.rsa, fits = p, alg == RS256 || alg == PS256
	case *ecdsa.PrivateKey:
		k.ec, fits = p, alg == ES256
	case ed25519.PrivateKey:
		k.ed, fits = p, alg == EdDSA
	}
	if !fits {
		return nil, fmt.Errorf("%T is no key of %s: %w", private, alg, ErrSealed)
	}
	if k.rsa != nil {
		var err error
		if k.signer, err = rsaSigner(k.rsa); err != nil {
			return nil, err
		}
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
	switch {
	case k.rsa != nil:
		jwk.Key = &k.rsa.PublicKey
	case k.ec != nil:
		jwk.Key = &k.ec.PublicKey
	default:
		jwk.Key = k.ed.Public()
	}
	return jwk
}
