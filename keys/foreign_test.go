package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// clients are a key for each algorithm that a client may sign with.
func clients(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, d, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{"RS256": r, "PS256": r, "ES256": e, "EdDSA": d}
}

func set(t *testing.T, all ...jose.JSONWebKey) []byte {
	t.Helper()
	body, err := json.Marshal(jose.JSONWebKeySet{Keys: all})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// signed is a JWS of {"sub":"c"} by this key.
func signed(t *testing.T, alg string, key any, options *jose.SignerOptions) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign([]byte(`{"sub":"c"}`))
	if err != nil {
		t.Fatal(err)
	}
	token, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestKeysThatNoClientMayRegister(t *testing.T) {
	all := clients(t)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := jose.JSONWebKey{Key: all["ES256"].Public()}
	odd := all["RS256"].Public().(*rsa.PublicKey)
	evenModulus, evenExponent := jose.JSONWebKey{Key: &rsa.PublicKey{N: new(big.Int).Add(odd.N, big.NewInt(1)), E: odd.E}}, jose.JSONWebKey{Key: &rsa.PublicKey{N: odd.N, E: 65536}}
	for name, jwks := range map[string][]byte{
		"nothing":                 nil,
		"no JSON":                 []byte("keys"),
		"no keys":                 []byte(`{"keys":[]}`),
		"a key that is no set":    []byte(`{"kty":"EC"}`),
		"a private key":           set(t, jose.JSONWebKey{Key: all["ES256"]}),
		"a private one too":       set(t, good, jose.JSONWebKey{Key: all["RS256"]}),
		"a symmetric key":         set(t, jose.JSONWebKey{Key: []byte("0123456789abcdef0123456789abcdef")}),
		"RSA of 1024 bits":        set(t, jose.JSONWebKey{Key: small.Public()}),
		"RSA, an even modulus":    set(t, evenModulus),
		"RSA, an even exponent":   set(t, good, evenExponent),
		"RSA, an exponent of 1":   set(t, jose.JSONWebKey{Key: &rsa.PublicKey{N: odd.N, E: 1}}),
		"P-384":                   set(t, jose.JSONWebKey{Key: p384.Public()}),
		"for encryption":          set(t, jose.JSONWebKey{Key: all["RS256"].Public(), Use: "enc"}),
		"of an unknown alg":       set(t, jose.JSONWebKey{Key: all["RS256"].Public(), Algorithm: "RS1"}),
		"a point off its curve":   []byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}]}`),
		"a short Ed25519 key":     []byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}`),
		"one of a new kind":       []byte(`{"keys":[{"kty":"AKP","alg":"ML-DSA-65","pub":"AAAA"}]}`),
		"a private one of it":     withKey(t, good, `{"kty":"AKP","alg":"ML-DSA-65","pub":"AAAA","priv":"AAAA"}`),
		"no key but a number":     withKey(t, good, `5`),
		"members of a key twice":  withKey(t, good, `{"kty":"AKP","kty":"EC"}`),
		"members twice":           []byte(`{"keys":[],"keys":[]}`),
		"more than are looked at": set(t, slicesOf(good, maxClientKeys+1)...),
		"too much":                append(set(t, good), strings.Repeat(" ", maxJWKS)...),
	} {
		if err := CheckClientKeys(jwks); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if _, _, err := VerifyAssertion(jwks, signed(t, "ES256", all["ES256"], nil), ClientAlgorithms()); !errors.Is(err, ErrToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for alg, key := range all {
		if err := CheckClientKeys(set(t, jose.JSONWebKey{Key: key.Public(), Algorithm: alg, Use: "sig"})); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
}

// What a database could not read is never stored.
func TestDeepKeysAreNotRegistered(t *testing.T) {
	good := jose.JSONWebKey{Key: clients(t)["ES256"].Public()}
	for deep, refused := range map[int]bool{20: false, maxDepth: true, 2000: true, 20_000: true} {
		jwks := withKey(t, good, `{"kty":"AKP","x":`+strings.Repeat("[", deep)+strings.Repeat("]", deep)+`}`)
		if err := CheckClientKeys(jwks); (err != nil) != refused {
			t.Errorf("%d levels: %v", deep, err)
		}
	}
}

// withKey is a set of a key and something else.
func withKey(t *testing.T, k jose.JSONWebKey, other string) []byte {
	t.Helper()
	return []byte(strings.Replace(string(set(t, k)), `{"keys":[`, `{"keys":[`+other+`,`, 1))
}

// RFC 7517 section 5: a client may publish what only others can read.
func TestKeysOfOtherKindsArePassedOver(t *testing.T) {
	key := clients(t)["ES256"]
	for name, other := range map[string]string{
		"a new kind":           `{"kty":"AKP","alg":"ML-DSA-65","pub":"AAAA","kid":"pq"}`,
		"another curve":        `{"kty":"EC","crv":"secp256k1","x":"AAAA","y":"AAAA"}`,
		"to encrypt to":        `{"kty":"OKP","crv":"X25519","use":"enc","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}`,
		"a point off":          `{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}`,
		"a broken certificate": `{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA","x5c":["MIIB"]}`,
		"an exponent of one":   `{"kty":"RSA","e":"AQ","n":"` + strings.Repeat("A", 342) + `"}`,
		"no kind":              `{"kid":"x"}`,
		"nothing":              `{}`,
	} {
		jwks := withKey(t, jose.JSONWebKey{Key: key.Public()}, other)
		if err := CheckClientKeys(jwks); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := VerifyAssertion(jwks, signed(t, "ES256", key, nil), ClientAlgorithms()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(Thumbprints(jwks)) != 1 {
			t.Errorf("%s: %v", name, Thumbprints(jwks))
		}
	}
}

func slicesOf(k jose.JSONWebKey, n int) (all []jose.JSONWebKey) {
	for range n {
		all = append(all, k)
	}
	return all
}

func TestAssertionOfAnotherKeyIsRefused(t *testing.T) {
	all, others := clients(t), clients(t)
	for alg := range all {
		jwks := set(t, jose.JSONWebKey{Key: all[alg].Public(), KeyID: "k"})
		header := (&jose.SignerOptions{}).WithHeader("kid", "k")
		for name, token := range map[string]string{
			"another key":         signed(t, alg, others[alg], header),
			"another kid":         signed(t, alg, all[alg], (&jose.SignerOptions{}).WithHeader("kid", "l")),
			"a key in the header": signed(t, alg, others[alg], &jose.SignerOptions{EmbedJWK: true}),
			"jku":                 signed(t, alg, all[alg], (&jose.SignerOptions{}).WithHeader("jku", "https://evil.example")),
			"of another type":     signed(t, alg, all[alg], (&jose.SignerOptions{}).WithType("dpop+jwt")),
			"not canonical":       signed(t, alg, all[alg], header) + "=",
			"HMAC by public key":  signed(t, "HS256", jwks, header),
		} {
			if _, _, err := VerifyAssertion(jwks, token, ClientAlgorithms()); !errors.Is(err, ErrToken) {
				t.Errorf("%s, %s: %v", alg, name, err)
			}
		}
		if _, _, err := VerifyAssertion(jwks, signed(t, alg, all[alg], header), []string{"ES384"}); !errors.Is(err, ErrToken) {
			t.Errorf("%s although it is not accepted: %v", alg, err)
		}
		for name, options := range map[string]*jose.SignerOptions{
			"no kid": nil, "its kid": header, "JWT": (&jose.SignerOptions{}).WithType("JWT"), "its type": (&jose.SignerOptions{}).WithType("client-authentication+jwt"),
		} {
			claims, _, err := VerifyAssertion(jwks, signed(t, alg, all[alg], options), ClientAlgorithms())
			if err != nil || string(claims) != `{"sub":"c"}` {
				t.Errorf("%s, %s: %s, %v", alg, name, claims, err)
			}
		}
	}
}

func TestEveryKeyOfTheSetIsTried(t *testing.T) {
	all := clients(t)
	jwks := set(t, jose.JSONWebKey{Key: clients(t)["ES256"].Public()}, jose.JSONWebKey{Key: all["RS256"].Public()}, jose.JSONWebKey{Key: all["ES256"].Public()})
	for _, alg := range []string{"RS256", "PS256", "ES256"} {
		if _, _, err := VerifyAssertion(jwks, signed(t, alg, all[alg], nil), ClientAlgorithms()); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
}

func TestProofIsOfTheKeyInIt(t *testing.T) {
	proof := func() *jose.SignerOptions { return (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt") }
	for alg, key := range clients(t) {
		other := clients(t)[alg]
		swapped := strings.Split(signed(t, alg, key, proof()), ".")
		swapped[0], _, _ = strings.Cut(signed(t, alg, other, proof()), ".")
		for name, token := range map[string]string{
			"another's key in it": strings.Join(swapped, "."),
			"no key":              signed(t, alg, key, (&jose.SignerOptions{}).WithType("dpop+jwt")),
			"the private key":     signed(t, alg, key, (&jose.SignerOptions{}).WithType("dpop+jwt").WithHeader("jwk", jose.JSONWebKey{Key: key})),
			"no type":             signed(t, alg, key, &jose.SignerOptions{EmbedJWK: true}),
			"the type of another": signed(t, alg, key, (&jose.SignerOptions{EmbedJWK: true}).WithType("at+jwt")),
			"critical extensions": signed(t, alg, key, proof().WithCritical("b64").WithHeader("b64", true)),
		} {
			if _, _, err := VerifyProof(token, ClientAlgorithms()); !errors.Is(err, ErrToken) {
				t.Errorf("%s, %s: %v", alg, name, err)
			}
		}
		claims, thumbprint, err := VerifyProof(signed(t, alg, key, proof()), ClientAlgorithms())
		if err != nil || string(claims) != `{"sub":"c"}` || len(thumbprint) != 43 {
			t.Errorf("%s: %s %q, %v", alg, claims, thumbprint, err)
		}
	}
}

func TestClaimsAreReadStrictly(t *testing.T) {
	var c struct {
		Exp *int64 `json:"exp"`
	}
	for _, bad := range []string{`{"exp":1,"exp":2}`, `{"exp":"1"}`, `{"exp":1.5}`, `{"exp":1e3}`, `[]`, `{"exp":1}x`, ``} {
		if err := Unmarshal([]byte(bad), &c); err == nil {
			t.Errorf("%s: accepted", bad)
		}
	}
	c.Exp = nil
	if err := Unmarshal([]byte(`{"Exp":1}`), &c); err != nil || c.Exp != nil {
		t.Errorf("another case is honoured: %v, %v", c.Exp, err)
	}
}

func TestRequestObjectIsOfItsOwnType(t *testing.T) {
	key := clients(t)["ES256"]
	jwks := set(t, jose.JSONWebKey{Key: key.Public()})
	for typ, want := range map[string]bool{
		"oauth-authz-req+jwt": true, "JWT": true, "application/oauth-authz-req+jwt": true, "OAuth-Authz-Req+JWT": true,
		"client-authentication+jwt": false, "dpop+jwt": false, "at+jwt": false, "logout+jwt": false, "x/oauth-authz-req+jwt": false,
	} {
		token := signed(t, "ES256", key, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
		if _, err := VerifyRequestObject(jwks, token, ClientAlgorithms()); (err == nil) != want {
			t.Errorf("%s as a request object: %v", typ, err)
		}
		asAssertion := typ == "JWT" || typ == "client-authentication+jwt"
		if _, _, err := VerifyAssertion(jwks, token, ClientAlgorithms()); (err == nil) != asAssertion {
			t.Errorf("%s as an assertion: %v", typ, err)
		}
	}
}

func TestMissingKeyIsToldFromWhatIsWrong(t *testing.T) {
	all, others := clients(t), clients(t)
	jwks := set(t, jose.JSONWebKey{Key: all["ES256"].Public(), KeyID: "k"})
	for name, test := range map[string]struct {
		token   string
		missing bool
	}{
		"another kid": {signed(t, "ES256", others["ES256"], (&jose.SignerOptions{}).WithHeader("kid", "l")), true},
		"no kid":      {signed(t, "ES256", others["ES256"], nil), true},
		"another alg": {signed(t, "EdDSA", others["EdDSA"], nil), true},
		"no accepted": {signed(t, "RS256", others["RS256"], nil), false},
		"its type":    {signed(t, "ES256", all["ES256"], (&jose.SignerOptions{}).WithType("dpop+jwt")), false},
		"words":       {"words", false},
	} {
		if _, _, err := VerifyAssertion([]byte(`{"keys":[]}`), test.token, StrictAlgorithms()); !errors.Is(err, ErrNoKey) {
			t.Errorf("%s, no keys yet: %v", name, err)
		}
		_, _, err := VerifyAssertion(jwks, test.token, StrictAlgorithms())
		if !errors.Is(err, ErrToken) || errors.Is(err, ErrNoKey) != test.missing {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnsignedIsWhatSaysSo(t *testing.T) {
	b64 := base64.RawURLEncoding.EncodeToString
	good := b64([]byte(`{"alg":"none"}`)) + "." + b64([]byte(`{"a":1}`)) + "."
	if claims, err := Unsigned(good); err != nil || string(claims) != `{"a":1}` {
		t.Errorf("%s, %v", claims, err)
	}
	for name, token := range map[string]string{
		"a signature":  good + "AAAA",
		"signed":       signed(t, "ES256", clients(t)["ES256"], nil),
		"another case": b64([]byte(`{"alg":"None"}`)) + ".e30.",
		"alg twice":    b64([]byte(`{"alg":"ES256","alg":"none"}`)) + ".e30.",
		"another name": b64([]byte(`{"Alg":"none"}`)) + ".e30.",
		"crit":         b64([]byte(`{"alg":"none","crit":["b64"],"b64":false}`)) + ".e30.",
		"two parts":    b64([]byte(`{"alg":"none"}`)) + ".e30",
		"padded":       good + "=",
		"no header":    ".e30.",
	} {
		if _, err := Unsigned(token); !errors.Is(err, ErrToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
