package keys

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"

	"github.com/symbolon-id/symbolon/strictjson"
)

const (
	maxClientKeys = 16
	maxJWKS       = 64 << 10 // bytes
	maxDepth      = 33
	minRSA        = 2048 // bits
	maxRSA        = 8192 // verifying takes longer with every bit
)

// ClientAlgorithms are those a client may sign with.
func ClientAlgorithms() []string { return []string{RS256, PS256, ES256, EdDSA} }

// StrictAlgorithms are those that FAPI 2.0 allows a client (Security Profile section 5.4.1).
func StrictAlgorithms() []string { return []string{PS256, ES256, EdDSA} }

// CheckClientKeys returns why a client cannot be registered with this JWK Set, or nil.
func CheckClientKeys(jwks []byte) error {
	// Databases read it, too, and give up earlier than we do: SQLite at 1000.
	if _, err := strictjson.Parse(jwks, maxDepth); errors.Is(err, strictjson.ErrDepth) {
		return errors.New("the JWK Set is nested too deeply")
	}
	_, err := parseClientKeys(jwks)
	return err
}

func parseClientKeys(jwks []byte) ([]jose.JSONWebKey, error) {
	if len(jwks) > maxJWKS {
		return nil, errors.New("the JWK Set is too large")
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(jwks, &set); err != nil {
		return nil, errors.New("not a JWK Set")
	}
	if len(set.Keys) == 0 || len(set.Keys) > maxClientKeys {
		return nil, fmt.Errorf("a JWK Set of 1 to %d keys is needed", maxClientKeys)
	}
	var known []jose.JSONWebKey
	usable := false
	for i, raw := range set.Keys {
		k, err := readPublic(raw)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		if k.Valid() {
			known = append(known, k)
		}
		usable = usable || slices.ContainsFunc(ClientAlgorithms(), func(alg string) bool { return suits(k, alg) })
	}
	if !usable {
		return nil, fmt.Errorf("none of the keys can sign with any of %v", ClientAlgorithms())
	}
	return known, nil
}

// readPublic returns a key that is not valid for one that we cannot read: clients publish keys of other
// kinds beside those for us (RFC 7517 section 5). No key may be private, or symmetric, of whatever kind.
func readPublic(raw []byte) (k jose.JSONWebKey, err error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return k, errors.New("not a JWK")
	}
	for _, private := range []string{"d", "k", "priv"} {
		if _, there := members[private]; there {
			return k, errors.New("it is not a public key")
		}
	}
	if k.UnmarshalJSON(raw) != nil || !k.IsPublic() {
		return jose.JSONWebKey{}, nil
	}
	if public, ok := k.Key.(*rsa.PublicKey); ok && !isOdd(public) {
		return k, errors.New("its modulus or exponent cannot be one of RSA: both are odd") // RFC 8017 section 3.1
	}
	return k, nil
}

// suits reports whether a key is one of this algorithm (RFC 7518 section 3.1), and strong enough.
func suits(k jose.JSONWebKey, alg string) bool {
	if !k.Valid() || k.Use != "" && k.Use != "sig" || k.Algorithm != "" && k.Algorithm != alg {
		return false
	}
	switch public := k.Key.(type) {
	case *rsa.PublicKey:
		bits := public.N.BitLen()
		return (alg == RS256 || alg == PS256) && minRSA <= bits && bits <= maxRSA && isOdd(public)
	case *ecdsa.PublicKey:
		return alg == ES256 && public.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return alg == EdDSA
	}
	return false
}

// isOdd reports whether an RSA key's modulus, a product of odd primes, and its exponent are odd (RFC 8017 section
// 3.1). Verification with anything else fails late, or says nothing.
func isOdd(k *rsa.PublicKey) bool { return k.N.Bit(0) == 1 && k.E&1 == 1 && k.E >= 3 }
