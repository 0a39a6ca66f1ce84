package provider

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// signing makes a client one whose requests k signs; it keeps its secret.
func signing(k *holder) func(*storage.Client) {
	return func(c *storage.Client) { c.JWKS = k.jwks() }
}

// requested returns the claims of a good request object; more replaces them, nil takes one out.
func (s *server) requested(c login, more ...claims) claims {
	now := s.now().Unix()
	object := claims{
		"iss": c.id, "aud": s.Issuer, "client_id": c.id, "exp": now + 60, "nbf": now, "iat": now,
		"redirect_uri": callback, "response_type": "code", "scope": "openid", "state": "inside",
		"code_challenge": challengeOf(verifier), "code_challenge_method": "S256",
	}
	for _, m := range more {
		for name, value := range m {
			if object[name] = value; value == nil {
				delete(object, name)
			}
		}
	}
	return object
}

func (s *server) object(k *holder, c login, more ...claims) string {
	return k.sign(claims{"alg": "ES256", "typ": "oauth-authz-req+jwt"}, s.requested(c, more...))
}

func unsignedObject(t testing.TB, object claims) string {
	return base64url([]byte(`{"alg":"none"}`)) + "." + base64url(encode(t, object)) + "."
}

// carrying returns the shortest request with an object.
func carrying(c login, object string, more ...[2]string) string {
	form := url.Values{"client_id": {c.id}, "request": {object}}
	for _, m := range more {
		form.Set(m[0], m[1])
	}
	return "/authorize?" + form.Encode()
}

// wrongObjects are refused, whichever door they come to.
func (s *server) wrongObjects(k *holder, c, other login) map[string]string {
	t, in := s.t, func(d time.Duration) int64 { return s.now().Add(d).Unix() }
	header := func(more claims) claims {
		h := claims{"alg": "ES256"}
		for name, value := range more {
			h[name] = value
		}
		return h
	}
	good := s.requested(c)
	objects := map[string]string{
		"another's key":       s.object(newHolder(t), c),
		"another's object":    s.object(k, other),
		"words":               "not an object",
		"a JWE":               "e30.e30.e30.e30.e30",
		"padded":              s.object(k, c) + "=",
		"stripped":            strings.Join(strings.Split(s.object(k, c), ".")[:2], ".") + ".",
		"HS256":               k.sign(claims{"alg": "HS256"}, good),
		"alg None":            base64url([]byte(`{"alg":"None"}`)) + "." + base64url(encode(t, good)) + ".",
		"an assertion's type": k.sign(header(claims{"typ": "client-authentication+jwt"}), good),
		"a proof's type":      k.sign(header(claims{"typ": "dpop+jwt", "jwk": k.jwk()}), good),
		"a token's type":      k.sign(header(claims{"typ": "at+jwt"}), good),
		"its key along":       k.sign(header(claims{"jwk": k.jwk()}), good),
		"a jku":               k.sign(header(claims{"jku": "https://evil.example/jwks"}), good),
		"crit":                k.sign(header(claims{"crit": []string{"x"}, "x": 1}), good),
		"an unknown kid":      k.sign(header(claims{"kid": "x"}), good),
		"a list":              k.sign(header(nil), []any{good}),
		"a claim twice":       k.sign(header(nil), json.RawMessage(strings.Replace(string(encode(t, good)), "{", `{"state":"other",`, 1))),
		"an assertion":        s.assertion(k, c.id),
	}
	for name, change := range map[string]claims{
		"no exp": {"exp": nil}, "expired": {"exp": in(-time.Minute)}, "exp a string": {"exp": "soon"}, "exp huge": {"exp": 1e300},
		"not yet": {"nbf": in(61 * time.Second)}, "nbf negative": {"nbf": -1}, "issued ahead": {"iat": in(61 * time.Second)},
		"no iss": {"iss": nil}, "another iss": {"iss": other.id}, "no aud": {"aud": nil}, "another aud": {"aud": "https://other.example"},
		"for others too": {"aud": []string{s.Issuer, "https://other.example"}}, "aud the push endpoint": {"aud": s.endpoint("/par")}, "aud a list of none": {"aud": []string{}},
		"aud with a slash": {"aud": s.Issuer + "/"}, "no client_id": {"client_id": nil}, "another client_id": {"client_id": other.id},
		"the client as sub": {"sub": c.id}, "another request": {"request": "e30.e30."}, "a request_uri": {"request_uri": "urn:ietf:params:oauth:request_uri:" + "x"},
		"a flag as scope": {"scope": true}, "no scope at all": {"scope": json.RawMessage("null")}, "a list as state": {"state": json.RawMessage(`false`)},
	} {
		objects[name] = s.object(k, c, change)
	}
	return objects
}

func TestRequestObjectThatIsWrongInAnythingIsRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	k := newHolder(t)
	app, other := s.app(signing(k)), s.app(signing(k))
	for name, object := range s.wrongObjects(k, app, other) {
		t.Run(name, func(t *testing.T) {
			s.post("/par", url.Values{"request": {object}}, app).refused(t, http.StatusBadRequest, "invalid_request_object")
			s.get(carrying(app, object)).page(t, http.StatusBadRequest)
			sent := [][2]string{{"redirect_uri", callback}, {"state", "outside"}}
			if got := s.get(carrying(app, object, sent...)).refusal(t, s, "outside"); got != "invalid_request_object" {
				t.Errorf("got %s", got)
			}
			s.get(carrying(app, object, [2]string{"redirect_uri", "https://evil.example"})).page(t, http.StatusBadRequest)
		})
	}
}

// What is right in an object but not in the request is an error like any other, reported where the object
// says, once that is known to be the client's.
func TestBadRequestInAGoodObjectIsTold(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	k := newHolder(t)
	app := s.app(signing(k))
	for want, change := range map[string]claims{
		"unsupported_response_type": {"response_type": "token"},
		"invalid_scope":             {"scope": "openid photos"},
		"invalid_target":            {"resource": []string{"https://unknown.example"}},
		"invalid_request":           {"code_challenge": nil},
	} {
		object := s.object(k, app, change)
		if got := s.get(carrying(app, object, [2]string{"redirect_uri", "https://evil.example"})).refusal(t, s, "inside"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		s.post("/par", url.Values{"request": {object}}, app).refused(t, http.StatusBadRequest, want)
	}
	for _, uri := range []any{"https://evil.example", nil} {
		object := s.object(k, app, claims{"redirect_uri": uri})
		s.get(carrying(app, object, [2]string{"redirect_uri", callback})).page(t, http.StatusBadRequest)
		s.post("/par", url.Values{"request": {object}, "redirect_uri": {callback}}, app).refused(t, http.StatusBadRequest, "invalid_request")
	}
	both := carrying(app, s.object(k, app), [2]string{"request_uri", "https://app.example/object"}, [2]string{"redirect_uri", callback})
	if got := s.get(both).refusal(t, s, ""); got != "invalid_request" {
		t.Errorf("request and request_uri: %s", got)
	}
}

func TestOnlyWhatIsSignedCounts(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, ada := newHolder(t), s.person("ada")
		app := s.app(signing(k))
		outside := [][2]string{
			{"redirect_uri", "https://evil.example"}, {"scope", "openid email"}, {"state", "outside"}, {"nonce", "outside"},
			{"response_type", "token"}, {"prompt", "none"}, {"code_challenge", challengeOf(verifier + "x")}, {"request_object", "x"},
		}
		direct := carrying(app, s.object(k, app), outside...)
		form := s.pushForm(app, outside...)
		form.Set("request", s.object(k, app))
		pushed, _ := s.post("/par", form, app).json(t, "request_uri").(string)
		for _, path := range []string{direct, s.byName(app, pushed, outside...)} {
			to := ada.open(path).location(t)
			if to.Host != "app.example" || to.Query().Get("state") != "inside" || to.Query().Get("iss") != s.Issuer {
				t.Fatalf("led to %s", to)
			}
			a := s.redeem(app, to.Query().Get("code"))
			if a.ok(t); a.json(t, "scope") != "openid" {
				t.Errorf("%s", a.body)
			}
		}
		// A state that is only outside is not the client's (the FAPI suite's state-only-outside).
		if to := ada.open(carrying(app, s.object(k, app, claims{"state": nil}), outside...)).location(t); to.Query().Has("state") {
			t.Errorf("led to %s", to)
		}
	})
}

func TestRequestObjectsOfEveryShapeThatIsRight(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, ada := newHolder(t), s.person("ada")
		app := s.app(signing(k), func(c *storage.Client) { c.Audiences = []string{"https://a.example", "https://b.example"} })
		for name, object := range map[string]string{
			"typed":              s.object(k, app),
			"JWT":                k.sign(claims{"alg": "ES256", "typ": "JWT"}, s.requested(app)),
			"without a type":     k.sign(claims{"alg": "ES256"}, s.requested(app)),
			"a full media type":  k.sign(claims{"alg": "ES256", "typ": "application/oauth-authz-req+jwt"}, s.requested(app)),
			"aud a list of us":   s.object(k, app, claims{"aud": []string{s.Issuer}}),
			"without nbf, iat":   s.object(k, app, claims{"nbf": nil, "iat": nil}),
			"nbf a little ahead": s.object(k, app, claims{"nbf": s.now().Add(8 * time.Second).Unix(), "iat": s.now().Add(8 * time.Second).Unix()}),
			"numbers, objects":   s.object(k, app, claims{"max_age": 3600, "claims": claims{"id_token": claims{"email": nil}}}),
			"two resources":      s.object(k, app, claims{"resource": []string{"https://a.example", "https://b.example"}}),
			"members unknown":    s.object(k, app, claims{"jti": "1", "device_digest": "00", "request_object": "signed", "x": []any{nil}}),
		} {
			code := ada.open(carrying(app, object)).location(t).Query().Get("code")
			if a := s.redeem(app, code); a.StatusCode != http.StatusOK {
				t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
			}
		}
	})
}

// The person's answer is to the signed request, also after pages and after another site's form.
func TestSignedRequestSurvivesPagesAndForms(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, ada := newHolder(t), s.person("ada")
		app := s.app(signing(k), func(c *storage.Client) { c.RequireSigned = true })
		object := s.object(k, app, claims{"prompt": "login"})
		posted := s.post("/authorize", url.Values{"client_id": {app.id}, "request": {object}}).location(t)
		if posted.Query().Get("request") != object || posted.Query().Has("redirect_uri") {
			t.Fatalf("led to %s", posted)
		}
		if to := ada.open(posted.String()).location(t); to.Query().Get("code") == "" || to.Query().Get("state") != "inside" {
			t.Errorf("led to %s", to)
		}
	})
}

func TestClientThatMustSignIsRefusedWithoutIt(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, ada := newHolder(t), s.person("ada")
		app := s.app(signing(k), func(c *storage.Client) { c.RequireSigned = true })
		for name, more := range map[string][][2]string{"plain": nil, "with our own mark": {{"request_object", "signed"}}} {
			if got := s.get(s.authorizeURL(app, more...)).refusal(t, s, "state"); got != "invalid_request" {
				t.Errorf("%s: %s", name, got)
			}
			s.post("/par", s.pushForm(app, more...), app).refused(t, http.StatusBadRequest, "invalid_request")
		}
		s.post("/par", url.Values{"request": {unsignedObject(t, s.requested(app))}}, app).refused(t, http.StatusBadRequest, "invalid_request_object")
		uri, _ := s.post("/par", url.Values{"request": {s.object(k, app)}}, app).json(t, "request_uri").(string)
		if code := ada.open(s.byName(app, uri)).location(t).Query().Get("code"); code == "" {
			t.Error("signed, and no code")
		}
	})
}

func TestUnsignedObjectsAreForThoseRegisteredSo(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, ada := newHolder(t), s.person("ada")
		none := func(c *storage.Client) { c.RequestAlg = storage.AlgNone }
		app, plain := s.app(none, signing(k)), s.app(signing(k))
		if got := s.get(carrying(plain, unsignedObject(t, s.requested(plain)), [2]string{"redirect_uri", callback})).refusal(t, s, ""); got != "request_not_supported" {
			t.Errorf("got %s", got)
		}
		s.get(carrying(plain, unsignedObject(t, s.requested(plain)))).page(t, http.StatusBadRequest)
		if code := ada.open(carrying(app, unsignedObject(t, s.requested(app, claims{"exp": nil, "iss": nil})))).location(t).Query().Get("code"); code == "" {
			t.Error("registered so, and no code")
		}
		for name, object := range map[string]string{
			"signed":         s.object(k, app),
			"another iss":    unsignedObject(t, s.requested(app, claims{"iss": plain.id})),
			"another aud":    unsignedObject(t, s.requested(app, claims{"aud": "https://other.example"})),
			"another client": unsignedObject(t, s.requested(plain)),
			"expired":        unsignedObject(t, s.requested(app, claims{"exp": 1})),
			"with crit":      base64url([]byte(`{"alg":"none","crit":["x"]}`)) + "." + base64url(encode(t, s.requested(app))) + ".",
			"with a tail":    unsignedObject(t, s.requested(app)) + "AAAA",
		} {
			s.post("/par", url.Values{"request": {object}}, app).refused(t, http.StatusBadRequest, "invalid_request_object")
			s.get(carrying(app, object)).page(t, http.StatusBadRequest)
			_ = name
		}
	})
}

// rsaHolder is a client with an RSA key.
type rsaHolder struct {
	t testing.TB
	*rsa.PrivateKey
}

func newRSA(t testing.TB) rsaHolder {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	return rsaHolder{t, private}
}

func (k rsaHolder) jwk() map[string]any {
	return map[string]any{"kty": "RSA", "n": base64url(k.N.Bytes()), "e": base64url(big.NewInt(int64(k.E)).Bytes())}
}

func (k rsaHolder) sign(header, claims any) string {
	text := base64url(encode(k.t, header)) + "." + base64url(encode(k.t, claims))
	digest := sha256.Sum256([]byte(text))
	sign := func() ([]byte, error) { return rsa.SignPKCS1v15(nil, k.PrivateKey, crypto.SHA256, digest[:]) }
	if strings.Contains(string(encode(k.t, header)), "PS256") {
		sign = func() ([]byte, error) {
			return rsa.SignPSS(rand.Reader, k.PrivateKey, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		}
	}
	signature, err := sign()
	must(k.t, err)
	return text + "." + base64url(signature)
}

func TestRegisteredAlgorithmIsTheOnlyOne(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	k := newRSA(t)
	with := func(alg string) login {
		return s.app(func(c *storage.Client) {
			c.JWKS, c.RequestAlg = encode(t, claims{"keys": []any{k.jwk()}}), alg
		})
	}
	for _, test := range []struct {
		registered, used string
		accepted         bool
	}{{"", "RS256", true}, {"", "PS256", true}, {"PS256", "PS256", true}, {"PS256", "RS256", false}, {"ES256", "PS256", false}} {
		app := with(test.registered)
		a := s.post("/par", url.Values{"request": {k.sign(claims{"alg": test.used}, s.requested(app))}}, app)
		if (a.StatusCode == http.StatusCreated) != test.accepted {
			t.Errorf("%+v: %d %s", test, a.StatusCode, a.body)
		}
	}
}

// keySite is keys at an address; each call is counted.
type keySite struct {
	sets  map[bool][]byte // by anew
	err   error
	asked []bool
}

func (p *keySite) KeySet(_ context.Context, _ string, anew bool) ([]byte, error) {
	p.asked = append(p.asked, anew)
	return p.sets[anew], p.err
}

func TestKeysAtAnAddressAreAskedForAnewWhenOneIsMissing(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	before, after := newHolder(t), newHolder(t)
	site := &keySite{sets: map[bool][]byte{false: before.jwks(), true: after.jwks()}}
	s.onto(func(d *Deps) { d.ClientKeys = site })
	at := func(c *storage.Client) {
		c.AuthMethod, c.JWKSURI = storage.AuthPrivateKeyJWT, "https://app.example/jwks"
	}
	c, app := s.agent(at), s.app(at, func(c *storage.Client) { c.AuthMethod = "" })
	for _, test := range []struct {
		name  string
		by    *holder
		ok    bool
		asked int
	}{{"known", before, true, 1}, {"new", after, true, 2}, {"somebody else's", newHolder(t), false, 2}} {
		site.asked = nil
		if a := s.post("/token", asserting(s.assertion(test.by, c.id))); (a.StatusCode == http.StatusOK) != test.ok || len(site.asked) != test.asked {
			t.Errorf("assertion, %s: %d %s, asked %v", test.name, a.StatusCode, a.body, site.asked)
		}
		site.asked = nil
		if a := s.post("/par", url.Values{"request": {s.object(test.by, app)}}, app); (a.StatusCode == http.StatusCreated) != test.ok || len(site.asked) != test.asked {
			t.Errorf("request object, %s: %d %s, asked %v", test.name, a.StatusCode, a.body, site.asked)
		}
	}
	// What is invalid in itself causes no request.
	site.asked = nil
	s.post("/token", asserting(s.assertion(before, c.id, claims{"aud": "x"})))
	s.post("/token", asserting("e30.e30.e30"))
	if len(site.asked) > 1 {
		t.Errorf("asked %v", site.asked)
	}

	site.err = errors.New("the site is down, at 10.0.0.7")
	for _, a := range []*answer{s.post("/token", asserting(s.assertion(before, c.id)))} {
		a.refused(t, http.StatusUnauthorized, "invalid_client")
	}
	a := s.post("/par", url.Values{"request": {s.object(before, app)}}, app)
	if a.refused(t, http.StatusBadRequest, "invalid_request_object"); strings.Contains(string(a.body), "10.0.0.7") {
		t.Errorf("%s", a.body)
	}
	site.err = storage.ErrUnavailable
	s.post("/token", asserting(s.assertion(before, c.id))).refused(t, http.StatusServiceUnavailable, "temporarily_unavailable")
	s.post("/par", url.Values{"request": {s.object(before, app)}}, app).refused(t, http.StatusServiceUnavailable, "temporarily_unavailable")
}

// In development the person who builds the application reads why, on our page; elsewhere it is not shown.
func TestDevelopmentSaysWhyAnObjectIsRefused(t *testing.T) {
	for _, dev := range []bool{true, false} {
		s := newServerAt(t, storagetest.SQLite(t), "", func(c *Config) { c.Dev = dev })
		k := newHolder(t)
		app := s.app(signing(k))
		for why, object := range map[string]string{
			"Its aud must be this issuer.":       s.object(k, app, claims{"aud": "https://other.example"}),
			"none of the client&#39;s keys made": s.object(newHolder(t), app),
		} {
			a := s.get(carrying(app, object))
			a.page(t, http.StatusBadRequest)
			if strings.Contains(string(a.body), why) != dev {
				t.Errorf("dev %v: %q", dev, why)
			}
		}
	}
}
