package keys

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
)

// ErrNoKey is an ErrToken: the key that made a signature is none of those at hand, or there is none at
// all. The owner may have another one by now.
var ErrNoKey = fmt.Errorf("%w: none of the client's keys made its signature", ErrToken)

// VerifyAssertion checks that the owner of one of these keys signed a client assertion (RFC 7523),
// with one of the algorithms algs, and returns its claims as JSON and the id of the key: its kid, or its
// thumbprint. Times, issuer, audience and reuse are for the caller to judge. Every failure is
// ErrToken.
func VerifyAssertion(jwks []byte, token string, algs []string) (claims []byte, keyID string, err error) {
	return verifyByOwner(jwks, token, algs, "jwt", "client-authentication+jwt")
}

// VerifyRequestObject does the same for a request object (RFC 9101).
func VerifyRequestObject(jwks []byte, token string, algs []string) (claims []byte, err error) {
	claims, _, err = verifyByOwner(jwks, token, algs, "jwt", "oauth-authz-req+jwt")
	return claims, err
}

// verifyByOwner takes a token of one of these types, in lower case, or of none: a DPoP proof or a
// logout token is no assertion, an assertion no request object (RFC 8725 section 3.11).
func verifyByOwner(jwks []byte, token string, algs []string, typs ...string) (claims []byte, keyID string, err error) {
	set, err := parseClientKeys(jwks)
	if err != nil {
		return nil, "", ErrNoKey
	}
	jws, header, err := parseForeign(token, algs)
	if err != nil {
		return nil, "", err
	}
	typ, _ := header.ExtraHeaders[jose.HeaderType].(string)
	typ = strings.TrimPrefix(strings.ToLower(typ), "application/") // RFC 7515 section 4.1.9
	switch {
	case typ != "" && !slices.Contains(typs, typ):
		return nil, "", refuse("it is of another type")
	case header.JSONWebKey != nil:
		return nil, "", refuse("it brings its own key along")
	}
	for _, k := range set {
		if header.KeyID != "" && k.KeyID != header.KeyID || !suits(k, header.Algorithm) {
			continue
		}
		if claims, err := jws.Verify(k.Key); err == nil {
			return claims, idOf(k), nil
		}
	}
	return nil, "", ErrNoKey
}

const maxKeyID = 128 // bytes, of what stands for a key in the audit log

func idOf(k jose.JSONWebKey) string {
	if k.KeyID != "" && len(k.KeyID) <= maxKeyID {
		return k.KeyID
	}
	return thumbprintOf(k)
}

// Unsigned returns the claims of a token that says of itself that it is not signed (alg none).
// Anyone can make one.
func Unsigned(token string) (claims []byte, err error) {
	parts, err := decode(token)
	if err != nil {
		return nil, err
	}
	var header struct {
		Alg  string `json:"alg"`
		Crit any    `json:"crit"`
	}
	if json.Unmarshal(parts[0], &header) != nil || header.Alg != "none" || header.Crit != nil || len(parts[2]) > 0 {
		return nil, refuse("it is signed, or malformed")
	}
	return parts[1], nil
}

// VerifyProof checks that the maker of a DPoP proof holds the key in it (RFC 9449 section 4.3), and
// returns its claims as JSON and the key's thumbprint (RFC 7638, SHA-256, base64url). What the claims
// say is for the caller to judge. Every failure is ErrToken.
func VerifyProof(token string, algs []string) (claims []byte, thumbprint string, err error) {
	jws, header, err := parseForeign(token, algs)
	if err != nil {
		return nil, "", err
	}
	if typ, _ := header.ExtraHeaders[jose.HeaderType].(string); typ != "dpop+jwt" {
		return nil, "", refuse("it is of another type")
	}
	k := header.JSONWebKey
	if k == nil || !k.IsPublic() || !suits(*k, header.Algorithm) {
		return nil, "", refuse("its key is missing, private or unfit")
	}
	if claims, err = jws.Verify(k.Key); err != nil {
		return nil, "", refuse("its signature is wrong")
	}
	if thumbprint = thumbprintOf(*k); thumbprint == "" {
		return nil, "", refuse("its key has no thumbprint")
	}
	return claims, thumbprint, nil
}

// Peek returns the claims of a token that has not been verified: enough to look up whose it says it is.
func Peek(token string) (claims []byte, err error) {
	parts, err := decode(token)
	return parts[1], err
}

// Unmarshal reads claims the strict way: names in their exact case, none of them twice.
func Unmarshal(claims []byte, into any) error { return json.Unmarshal(claims, into) }

// parseForeign takes a token apart. A header that changes what is signed, or points anywhere, is
// refused rather than ignored.
func parseForeign(token string, algs []string) (*jose.JSONWebSignature, jose.Header, error) {
	if _, err := decode(token); err != nil {
		return nil, jose.Header{}, err
	}
	accepted := make([]jose.SignatureAlgorithm, len(algs))
	for i, alg := range algs {
		accepted[i] = jose.SignatureAlgorithm(alg)
	}
	jws, err := jose.ParseSignedCompact(token, accepted)
	if err != nil || len(jws.Signatures) != 1 {
		return nil, jose.Header{}, refuse("it does not parse, or its algorithm is not accepted")
	}
	header := jws.Signatures[0].Protected
	for _, name := range []jose.HeaderKey{"crit", "b64", "zip", "jku", "x5u"} {
		if _, there := header.ExtraHeaders[name]; there {
			return nil, jose.Header{}, refuse("its header has a member that is not accepted")
		}
	}
	return jws, header, nil
}
