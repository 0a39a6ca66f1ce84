package keys

import (
	"bytes"
	"compress/flate"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// attacker has everything that is public, a good token of each kind, and keys of its own.
type attacker struct {
	t      testing.TB
	ring   *Ring
	rs, es string
	own    *key
}

func newAttacker(t testing.TB, r *Ring) *attacker {
	private, err := generatePrivate(RS256)
	if err != nil {
		t.Fatal(err)
	}
	own, err := newKey(RS256, private)
	if err != nil {
		t.Fatal(err)
	}
	return &attacker{t: t, ring: r, rs: sign(t, r, RS256), es: sign(t, r, ES256), own: own}
}

var b64 = base64.RawURLEncoding

func parts(token string) (header, payload, signature string) {
	p := strings.Split(token, ".")
	return p[0], p[1], p[2]
}

// withHeader replaces a token's header, keeping payload and signature.
func withHeader(token, header string) string {
	_, payload, signature := parts(token)
	return b64.EncodeToString([]byte(header)) + "." + payload + "." + signature
}

// withSignature replaces a token's signature.
func withSignature(token string, signature []byte) string {
	header, payload, _ := parts(token)
	return header + "." + payload + "." + b64.EncodeToString(signature)
}

// signed is the header and the token's payload, signed by us all the same: what is refused then is
// refused for the header alone. The key is the one of the token.
func (a *attacker) signed(token, header string) string {
	_, payload, _ := parts(token)
	k := a.ring.state.Load().keys[kidOf(a.t, a.ring, token)]
	input := b64.EncodeToString([]byte(header)) + "." + payload
	digest := sha256.Sum256([]byte(input))
	signature, err := k.signature(digest[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return input + "." + b64.EncodeToString(signature)
}

func (a *attacker) header(token string) string {
	header, _, _ := parts(token)
	raw, err := b64.DecodeString(header)
	if err != nil {
		a.t.Fatal(err)
	}
	return string(raw)
}

// tokens are the forgeries of security.md's kind, by name.
func (a *attacker) tokens() map[string]string {
	all := map[string]string{}
	for _, some := range []map[string]string{a.algorithms(), a.confused(), a.headers(), a.signatures(), a.shapes(), a.encrypted()} {
		maps.Copy(all, some)
	}
	return all
}

func (a *attacker) algorithms() map[string]string {
	forged, kid := map[string]string{}, kidOf(a.t, a.ring, a.rs)
	for _, alg := range []string{`"none"`, `"None"`, `"nOnE"`, `""`, `null`, `0`, `["RS256"]`, `{"a":"RS256"}`, `"rs256"`,
		`"RS256 "`, `"RS512"`, `"PS256"`, `"HS256"`, `"ES256"`, `"EdDSA"`, `"RSA1_5"`, `"dir"`} {
		header := fmt.Sprintf(`{"alg":%s,"kid":%q,"typ":"at+jwt"}`, alg, kid)
		forged["alg "+alg] = a.signed(a.rs, header)
		forged["unsigned, alg "+alg] = withSignature(withHeader(a.rs, header), nil)
	}
	forged["no alg"] = a.signed(a.rs, fmt.Sprintf(`{"kid":%q,"typ":"at+jwt"}`, kid))
	return forged
}

// confused are HS256 tokens keyed with our public keys in every spelling (CVE-2026-33322).
func (a *attacker) confused() map[string]string {
	forged := map[string]string{}
	for _, jwk := range published(a.t, a.ring).Keys {
		pkix, _ := x509.MarshalPKIXPublicKey(jwk.Key)
		asJSON, _ := json.Marshal(jwk)
		secrets := map[string][]byte{
			"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix}), "DER": pkix, "JWK": asJSON, "kid": []byte(jwk.KeyID),
		}
		secrets["trimmed PEM"] = bytes.TrimSpace(secrets["PEM"])
		for form, secret := range secrets {
			for _, alg := range []string{"HS256", RS256, ES256} {
				header, _, _ := parts(withHeader(a.rs, fmt.Sprintf(`{"alg":%q,"kid":%q,"typ":"at+jwt"}`, alg, jwk.KeyID)))
				input := header + "." + b64.EncodeToString([]byte(`{"sub":"admin"}`))
				mac := hmac.New(sha256.New, secret)
				mac.Write([]byte(input))
				forged[alg+" keyed with "+form+" of "+jwk.KeyID] = input + "." + b64.EncodeToString(mac.Sum(nil))
			}
		}
	}
	return forged
}

func (a *attacker) headers() map[string]string {
	forged, kid := map[string]string{}, kidOf(a.t, a.ring, a.rs)
	jwk, _ := json.Marshal(a.own.public())
	for _, member := range []string{`"jwk":` + string(jwk), `"jku":"https://evil.example/jwks"`, `"x5u":"https://evil.example/c"`,
		`"x5c":["MIIB"]`, `"crit":["exp"],"exp":1`, `"crit":[]`, `"b64":false`, `"b64":true`, `"zip":"DEF"`, `"cty":"JWT"`, `"enc":"A128GCM"`,
		`"kid":"` + kid + `"`, `"alg":"RS256"`, `"typ":"at+jwt"`, `"typ":"JWT"`, `"KID":"x"`, `"Alg":"none"`, `"":""`, `"x":` + strings.Repeat("[", 2000)} {
		header := a.header(a.rs)
		forged["also "+member] = a.signed(a.rs, strings.TrimSuffix(header, "}")+","+member+"}")
		forged["first "+member] = a.signed(a.rs, "{"+member+","+strings.TrimPrefix(header, "{"))
	}
	own, err := a.own.sign("at+jwt", []byte(`{"sub":"admin"}`))
	if err != nil {
		a.t.Fatal(err)
	}
	forged["key unknown to us"] = own
	ownHeader := strings.Replace(a.header(own), a.own.kid, kid, 1)
	digest := sha256.Sum256([]byte(b64.EncodeToString([]byte(ownHeader)) + ".e30"))
	signature, err := a.own.signature(digest[:])
	if err != nil {
		a.t.Fatal(err)
	}
	forged["our kid, another key"] = b64.EncodeToString([]byte(ownHeader)) + ".e30." + b64.EncodeToString(signature)
	for _, odd := range []string{`""`, `null`, `1`, `[]`, `"../../etc/passwd"`, `"https://evil.example/"`, `"' OR 1=1 --"`, `"` + strings.Repeat("k", 9000) + `"`,
		`"` + kidOf(a.t, a.ring, a.es) + `"`, `"` + kid + `\u0000"`, `"` + strings.ToLower(kid) + `"`} {
		forged["kid "+odd[:min(len(odd), 40)]] = a.signed(a.rs, `{"alg":"RS256","kid":`+odd+`,"typ":"at+jwt"}`)
	}
	for name, header := range map[string]string{
		"no kid": `{"alg":"RS256","typ":"at+jwt"}`, "no typ": fmt.Sprintf(`{"alg":"RS256","kid":%q}`, kid), "empty object": `{}`, "array": `[]`, "null": `null`,
		"text": `"at+jwt"`, "empty": ``, "two objects": a.header(a.rs) + `{}`, "unfinished": strings.TrimSuffix(a.header(a.rs), "}"), "member without value": `{"alg"}`,
		"other type": fmt.Sprintf(`{"alg":"RS256","kid":%q,"typ":"JWT"}`, kid), "type in capitals": fmt.Sprintf(`{"alg":"RS256","kid":%q,"typ":"AT+JWT"}`, kid),
	} {
		forged["header: "+name] = a.signed(a.rs, header)
	}
	return forged
}

func (a *attacker) signatures() map[string]string {
	_, _, esText := parts(a.es)
	es, _ := b64.DecodeString(esText)
	n := a.ring.state.Load().keys[kidOf(a.t, a.ring, a.es)].ec.Params().N
	r, s := new(big.Int).SetBytes(es[:32]), new(big.Int).SetBytes(es[32:])
	high := new(big.Int).Sub(n, s).FillBytes(make([]byte, 32))
	der, _ := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	order := n.FillBytes(make([]byte, 32))
	zero, one := make([]byte, 32), append(make([]byte, 31), 1)
	_, _, rsText := parts(a.rs)
	rs, _ := b64.DecodeString(rsText)
	return map[string]string{
		"psychic signature":        withSignature(a.es, append(zero, zero...)),
		"r = 0":                    withSignature(a.es, append(bytes.Clone(zero), one...)),
		"s = 0":                    withSignature(a.es, append(bytes.Clone(es[:32]), zero...)),
		"r = n":                    withSignature(a.es, append(bytes.Clone(order), es[32:]...)),
		"r = s = n":                withSignature(a.es, append(bytes.Clone(order), order...)),
		"high s":                   withSignature(a.es, append(bytes.Clone(es[:32]), high...)),
		"DER":                      withSignature(a.es, der),
		"ES256 one byte short":     withSignature(a.es, es[:63]),
		"ES256 one byte long":      withSignature(a.es, append(bytes.Clone(es), 0)),
		"ES256 zero before each":   withSignature(a.es, append(append([]byte{0}, es[:32]...), append([]byte{0}, es[32:]...)...)),
		"RS256 of zeros":           withSignature(a.rs, make([]byte, 256)),
		"RS256 one byte short":     withSignature(a.rs, rs[:255]),
		"RS256 with leading zero":  withSignature(a.rs, append([]byte{0}, rs...)),
		"RS256 signature on ES256": withSignature(a.es, rs),
		"ES256 signature on RS256": withSignature(a.rs, es),
		"no signature":             withSignature(a.rs, nil),
		"another payload":          strings.Replace(a.rs, "."+b64.EncodeToString([]byte(`{"sub":"u_1"}`)), "."+b64.EncodeToString([]byte(`{"sub":"u_2"}`)), 1),
	}
}

func (a *attacker) shapes() map[string]string {
	header, payload, signature := parts(a.rs)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, signature[len(signature)-1]) // of 256 bytes: 4 of its bits are unused
	standard := base64.RawStdEncoding.EncodeToString
	rs, _ := b64.DecodeString(signature)
	forged := map[string]string{
		"empty":               "",
		"one dot":             ".",
		"two dots":            "..",
		"1 MB of dots":        strings.Repeat(".", 1<<20),
		"16 KiB of dots":      strings.Repeat(".", maxToken),
		"10 MB payload":       header + "." + strings.Repeat("A", 10<<20) + "." + signature,
		"1 MB header":         strings.Repeat("A", 1<<20) + "." + payload + "." + signature,
		"four parts":          a.rs + ".",
		"dot before":          "." + a.rs,
		"signature cut off":   header + "." + payload,
		"no payload":          header + ".." + signature,
		"no header":           "." + payload + "." + signature,
		"padded header":       header + strings.Repeat("=", (4-len(header)%4)%4+1) + "." + payload + "." + signature,
		"padded signature":    a.rs + "==",
		"other last bits":     a.rs[:len(a.rs)-1] + string(alphabet[last^1]),
		"space before":        " " + a.rs,
		"space after":         a.rs + " ",
		"line break after":    a.rs + "\n",
		"line break in it":    header + "." + payload + "." + signature[:10] + "\r\n" + signature[10:],
		"line break in front": "\n" + a.rs,
		"NUL after":           a.rs + "\x00",
		"JSON serialization":  fmt.Sprintf(`{"payload":%q,"protected":%q,"signature":%q}`, payload, header, signature),
		"Bearer and token":    "Bearer " + a.rs,
		"twice":               a.rs + "." + a.rs,
	}
	if text := standard(rs); text != signature {
		forged["standard alphabet"] = header + "." + payload + "." + text
	}
	for _, at := range []int{1, len(a.rs) / 2, len(a.rs) - 1} {
		forged[fmt.Sprintf("cut at %d", at)] = a.rs[:at]
	}
	return forged
}

// encrypted are JWE tokens, well-formed ones too: none may reach a decryption.
func (a *attacker) encrypted() map[string]string {
	var bomb bytes.Buffer
	w, _ := flate.NewWriter(&bomb, flate.BestCompression)
	w.Write(make([]byte, 1<<22))
	w.Close()
	forged := map[string]string{}
	for _, header := range []string{
		`{"alg":"dir","enc":"A128GCM"}`, `{"alg":"A128KW","enc":"A128GCM"}`, `{"alg":"RSA1_5","enc":"A128CBC-HS256"}`,
		`{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AAAA"}`, `{"alg":"dir","enc":"A128GCM","zip":"DEF"}`,
	} {
		forged["JWE "+header] = strings.Join([]string{b64.EncodeToString([]byte(header)), "", "AAAA", b64.EncodeToString(bomb.Bytes()), "AAAA"}, ".")
	}
	for _, jwk := range published(a.t, a.ring).Keys[:1] {
		to := jose.Recipient{Algorithm: jose.RSA_OAEP_256, Key: jwk.Key, KeyID: jwk.KeyID}
		encrypter, err := jose.NewEncrypter(jose.A256GCM, to, (&jose.EncrypterOptions{}).WithType("at+jwt"))
		if err != nil {
			a.t.Fatal(err)
		}
		jwe, err := encrypter.Encrypt([]byte(`{"sub":"admin"}`))
		if err != nil {
			a.t.Fatal(err)
		}
		if forged["JWE to our own key"], err = jwe.CompactSerialize(); err != nil {
			a.t.Fatal(err)
		}
	}
	return forged
}

func TestForgedTokenIsRefused(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		a := newAttacker(t, newCluster(t, open(t)).node(t))
		for name, token := range a.tokens() {
			claims, header, err := a.ring.Verify(token, "at+jwt")
			if !errors.Is(err, ErrToken) || claims != nil || header != (Header{}) {
				t.Errorf("%s: %s, %v, %v", name, claims, header, err)
			}
		}
		// The same hand that forged makes good tokens, in any order of members.
		for _, token := range []string{a.rs, a.es, a.signed(a.rs, a.header(a.rs)), a.signed(a.rs, reordered(a.header(a.rs)))} {
			claims, header, err := a.ring.Verify(token, "JWT", "at+jwt")
			if err != nil || string(claims) != `{"sub":"u_1"}` || header.Typ != "at+jwt" {
				t.Errorf("good token: %s, %v, %v", claims, header, err)
			}
		}
	})
}

func reordered(header string) string {
	var h struct{ Alg, Kid, Typ string }
	json.Unmarshal([]byte(header), &h)
	return fmt.Sprintf(` { "typ" : %q, "kid" : %q, "alg" : %q } `, h.Typ, h.Kid, h.Alg)
}

func TestTokenIsOfNoTypeUnlessOneIsNamed(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		r := newCluster(t, open(t)).node(t)
		for _, typs := range [][]string{nil, {""}, {"JWT"}, {"jwt", "dpop+jwt"}} {
			if _, _, err := r.Verify(sign(t, r, ES256), typs...); !errors.Is(err, ErrToken) {
				t.Errorf("%q: %v", typs, err)
			}
		}
	})
}

// FuzzVerify checks that whatever is not, byte for byte, a token we signed is refused.
func FuzzVerify(f *testing.F) {
	a := newAttacker(f, newFuzzRing(f))
	good := map[string]bool{a.rs: true, a.es: true}
	for token := range good {
		f.Add(token)
	}
	for _, token := range a.tokens() {
		if len(token) <= maxToken {
			f.Add(token)
		}
	}
	f.Fuzz(func(t *testing.T, token string) {
		_, _, err := a.ring.Verify(token, "at+jwt")
		if (err == nil) != good[token] {
			t.Errorf("%q: %v", token, err)
		}
	})
}
