package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// keyholder is a program that has a key of its own, and signs what it says with it.
type keyholder struct {
	t   testing.TB
	key jose.JSONWebKey
}

func newKeyholder(t testing.TB) keyholder {
	t.Helper()
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	return keyholder{t, jose.JSONWebKey{Key: key, KeyID: random()[:8], Algorithm: "ES256", Use: "sig"}}
}

// published writes the public key to a file, as an operator gets it.
func (k keyholder) published() string {
	k.t.Helper()
	file := filepath.Join(k.t.TempDir(), "client.jwks.json")
	set := must[[]byte](k.t)(json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k.key.Public()}}))
	if err := os.WriteFile(file, set, 0o600); err != nil {
		k.t.Fatal(err)
	}
	return file
}

func (k keyholder) sign(options *jose.SignerOptions, claims map[string]any) string {
	k.t.Helper()
	signer := must[jose.Signer](k.t)(jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: k.key}, options))
	signed := must[*jose.JSONWebSignature](k.t)(signer.Sign(must[[]byte](k.t)(json.Marshal(claims))))
	return must[string](k.t)(signed.CompactSerialize())
}

// assertion says who it is (RFC 7523), as parameters of a request.
func (k keyholder) assertion(clientID, audience string) []string {
	k.t.Helper()
	now := time.Now().Unix()
	signed := k.sign(nil, map[string]any{"iss": clientID, "sub": clientID, "aud": audience, "iat": now, "exp": now + 60, "jti": random()})
	return []string{
		"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
		"client_assertion", lab.seen.secret("client assertion", signed),
	}
}

// prove is a DPoP proof for one request (RFC 9449), with the token it comes along with, if any.
func (k keyholder) prove(method, target, token string) string {
	k.t.Helper()
	claims := map[string]any{"jti": random(), "htm": method, "htu": target, "iat": time.Now().Unix()}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return k.sign((&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"), claims)
}

func TestAgentProvesItselfByItsKey(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		k := newKeyholder(t)
		a := d.agent(t, "--jwks", k.published())
		if a.ClientSecret != "" {
			t.Error("it was given a secret")
		}
		proof := k.assertion(a.ClientID, d.issuer)
		if r := a.token(t, d.nodes[0].url(), proof...); r.status != 200 || r.text("access_token") == "" {
			t.Fatalf("%d %s", r.status, r.body)
		}
		for what, pairs := range map[string][]string{
			"used before":            proof,
			"by another key":         newKeyholder(t).assertion(a.ClientID, d.issuer),
			"for somebody else":      k.assertion(a.ClientID, "https://other.example"),
			"by name alone":          {"client_id", a.ClientID},
			"by another for itself":  k.assertion("a_other", d.issuer),
			"with a made-up secret ": {"client_id", a.ClientID, "client_secret", "symbolon_cs_guess"},
		} {
			refused(t, what, http.StatusUnauthorized, "invalid_client", a.token(t, d.nodes[len(d.nodes)-1].url(), pairs...))
		}
	})
}

func TestPushedRequestIsAllTheBrowserNeeds(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, v := d.app(t, "--require-par"), d.visitor(t)
		toldToApp(t, d, "not pushed", "invalid_request", v.get(a.begin().url))
		q := a.begin()
		u := must[*url.URL](t)(url.Parse(q.url))
		var pairs []string
		for name, values := range u.Query() {
			pairs = append(pairs, name, values[0])
		}
		pushed := a.call(t, d.issuer, "/par", pairs...)
		if pushed.status != http.StatusCreated || !strings.HasPrefix(pushed.text("request_uri"), "urn:ietf:params:oauth:request_uri:") {
			t.Fatalf("%d %s", pushed.status, pushed.body)
		}
		short := "/authorize?" + url.Values{"client_id": {a.ClientID}, "request_uri": {pushed.text("request_uri")}}.Encode()
		stranger := "/authorize?" + url.Values{"client_id": {d.app(t).ClientID}, "request_uri": {pushed.text("request_uri")}}.Encode()
		staysHere(t, "another client's request", v.get(stranger))
		a.redeem(t, q, v.arrive(d, v.get(short), d.person(t)))
		if p := v.follow(v.get(short)); strings.Contains(p.location, "code=") {
			t.Error("one pushed request gave two codes")
		}
	})
}

func TestBoundTokenIsOfNoUseWithoutItsKey(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		k, a, v := newKeyholder(t), d.app(t), d.visitor(t)
		code, verifier := a.code(t, v, d.person(t))
		redeem := []string{"grant_type", "authorization_code", "code", code, "redirect_uri", webCallback, "code_verifier", verifier}
		r := a.callWith(t, k.prove(http.MethodPost, d.issuer+"/token", ""), "/token", redeem...)
		token := r.text("access_token")
		if r.status != 200 || r.text("token_type") != "DPoP" {
			t.Fatalf("%d %s", r.status, r.body)
		}
		at := d.issuer + "/userinfo"
		proof := k.prove(http.MethodGet, at, token)
		if r := a.present(t, "DPoP "+token, proof); r.status != 200 || r.text("sub") == "" {
			t.Errorf("with its key: %d %s", r.status, r.body)
		}
		for what, r := range map[string]reply{
			"the proof again":   a.present(t, "DPoP "+token, proof),
			"another's proof":   a.present(t, "DPoP "+token, newKeyholder(t).prove(http.MethodGet, at, token)),
			"for another token": a.present(t, "DPoP "+token, k.prove(http.MethodGet, at, token+"x")),
			"without a proof":   a.present(t, "DPoP "+token, ""),
			"as a bearer token": a.present(t, "Bearer "+token, ""),
		} {
			if r.status != http.StatusUnauthorized || r.header.Get("WWW-Authenticate") == "" || r.text("sub") != "" {
				t.Errorf("%s: %d %v", what, r.status, r.header["Www-Authenticate"])
			}
		}
	})
}

// callWith is call with a DPoP proof.
func (a *app) callWith(t testing.TB, proof, endpoint string, pairs ...string) reply {
	t.Helper()
	client := *a.http
	client.Transport = proving{proof, a.http.Transport}
	return must[reply](t)(call(&client, a.d.issuer+endpoint, a.registered, pairs...))
}

// present shows a token at the userinfo endpoint.
func (a *app) present(t testing.TB, authorization, proof string) reply {
	t.Helper()
	r := must[*http.Request](t)(http.NewRequest(http.MethodGet, a.d.issuer+"/userinfo", nil))
	r.Header.Set("Authorization", authorization)
	client := *a.http
	client.Transport = proving{proof, a.http.Transport}
	return must[reply](t)(replied(&client, r))
}

// proving adds a proof to what is sent.
type proving struct {
	proof string
	next  http.RoundTripper
}

func (p proving) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.proof == "" {
		return p.next.RoundTrip(r)
	}
	r = r.Clone(r.Context())
	r.Header.Set("DPoP", p.proof)
	return p.next.RoundTrip(r)
}
