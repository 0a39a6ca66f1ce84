package keys

import (
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
)

// VerifyIssued checks that an issuer signed a token with one of the keys it publishes (jwks, a JWK
// Set), as a client or a resource server does, and returns its claims as JSON and its header. Times,
// issuer and audience are for the caller to judge. Keys of kinds we do not know are passed over.
// Everything that is wrong is ErrToken.
func VerifyIssued(jwks []byte, token string) (claims []byte, header Header, err error) {
	jws, foreign, err := parseForeign(token, ClientAlgorithms())
	if err != nil {
		return nil, Header{}, err
	}
	typ, _ := foreign.ExtraHeaders[jose.HeaderType].(string)
	header = Header{Alg: foreign.Algorithm, KID: foreign.KeyID, Typ: typ}
	var published struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if len(jwks) > maxJWKS || json.Unmarshal(jwks, &published) != nil {
		return nil, header, refuse("the issuer publishes no JWK Set")
	}
	for _, raw := range published.Keys {
		var k jose.JSONWebKey
		if json.Unmarshal(raw, &k) != nil || header.KID != "" && k.KeyID != header.KID || !suits(k, header.Alg) {
			continue
		}
		if claims, err = jws.Verify(k.Key); err == nil {
			return claims, header, nil
		}
	}
	return nil, header, refuse("none of the issuer's published keys made its signature")
}
