package keys

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/symbolon-id/symbolon/strictjson"
)

// ErrToken reports that this is not a token of ours, or of the client it should be of. The text after it says
// why and holds nothing of the token.
var ErrToken = errors.New("token is not valid")

const maxToken = 16 << 10 // bytes

// Header is the protected header of a verified token.
type Header struct{ Alg, KID, Typ string }

// Verify checks that we signed a token of one of the given types and returns its claims as JSON and
// its header. It does not judge times, issuer or audience. The checks, in this order: size; three
// parts (a JWE has five) in canonical base64; a header of alg, kid and typ and nothing else, each
// once; a published key of that kid; its algorithm; the type; the signature, by go-jose, with no
// other algorithm than the key's.
func (r *Ring) Verify(token string, typs ...string) (claims []byte, header Header, err error) {
	header, signature, err := split(token)
	if err != nil {
		return nil, Header{}, err
	}
	k := r.state.Load().keys[header.KID]
	switch {
	case k == nil:
		return nil, Header{}, refuse("its key is not published")
	case header.Alg != k.alg:
		return nil, Header{}, refuse("its algorithm is not its key's")
	case !slices.Contains(typs, header.Typ): // an ID token is no access token: RFC 8725 section 3.11
		return nil, Header{}, refuse("it is of another type")
	case !k.spelledOnce(signature):
		return nil, Header{}, refuse("its signature is not canonical")
	}
	claims, err = k.verify(token)
	if err != nil {
		return nil, Header{}, err
	}
	return claims, header, nil
}

func (k *key) verify(token string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(k.alg)})
	if err != nil {
		return nil, refuse("it does not parse")
	}
	claims, err := jws.Verify(k.public().Key)
	if err != nil {
		return nil, refuse("its signature is wrong")
	}
	return claims, nil
}

// spelledOnce refuses the second valid spelling of an ECDSA signature; see signature.
func (k *key) spelledOnce(signature []byte) bool {
	if k.ec == nil {
		return true
	}
	return len(signature) == 2*p256Size && isLow(new(big.Int).SetBytes(signature[p256Size:]), k.ec)
}

func refuse(why string) error { return fmt.Errorf("%w: %s", ErrToken, why) }

// split takes a token apart without trusting it.
func split(token string) (h Header, signature []byte, err error) {
	parts, err := decode(token)
	if err != nil {
		return h, nil, err
	}
	h, ok := parseHeader(parts[0])
	if !ok {
		return h, nil, refuse("its header is not one of ours")
	}
	return h, parts[2], nil
}

// decode gives header, payload and signature of a token in its one spelling.
func decode(token string) (parts [3][]byte, err error) {
	if len(token) > maxToken {
		return parts, refuse("it is too long")
	}
	// encoding/base64 skips line breaks, even when strict.
	if strings.Count(token, ".") != 2 || strings.ContainsAny(token, "\r\n") {
		return parts, refuse("it is not of three parts")
	}
	for i, part := range strings.Split(token, ".") {
		if parts[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return parts, refuse("it is not canonical base64")
		}
	}
	return parts, nil
}

// parseHeader accepts the members we write and nothing else: no crit, b64 or zip to change what is
// signed, no jwk, jku, x5u or x5c to bring a key along, no member twice or in another case.
func parseHeader(raw []byte) (h Header, ok bool) {
	value, err := strictjson.Parse(raw, 2)
	members, isObject := value.(map[string]any)
	if err != nil || !isObject {
		return h, false
	}
	named := 0
	for _, member := range []struct {
		name string
		into *string
	}{{"alg", &h.Alg}, {"kid", &h.KID}, {"typ", &h.Typ}} {
		if *member.into, _ = members[member.name].(string); *member.into != "" {
			named++
		}
	}
	return h, named == len(members)
}
