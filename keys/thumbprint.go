package keys

import (
	"crypto"
	"encoding/base64"

	"github.com/go-jose/go-jose/v4"
)

// Thumbprints are those of the keys in a client's JWK Set (RFC 7638), in its order; none of what is
// no such set.
func Thumbprints(jwks []byte) []string {
	set, err := parseClientKeys(jwks)
	if err != nil {
		return nil
	}
	var all []string
	for _, k := range set {
		if one := thumbprintOf(k); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// thumbprintOf is "" for a key that has none.
func thumbprintOf(k jose.JSONWebKey) string {
	sum, err := k.Thumbprint(crypto.SHA256)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}
