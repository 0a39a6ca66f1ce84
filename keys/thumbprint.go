package keys

import (
	"crypto"
	"encoding/base64"
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
		if sum, err := k.Thumbprint(crypto.SHA256); err == nil {
			all = append(all, base64.RawURLEncoding.EncodeToString(sum))
		}
	}
	return all
}
