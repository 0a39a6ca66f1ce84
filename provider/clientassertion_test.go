package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

type claims = map[string]any

// assertion returns a good one; more replaces its claims, nil takes one out.
func (s *server) assertion(k *holder, id string, more ...claims) string {
	c := claims{"iss": id, "sub": id, "aud": s.Issuer, "jti": storage.NewID(""), "iat": s.now().Unix(), "exp": s.now().Add(time.Minute).Unix()}
	for _, m := range more {
		for name, value := range m {
			if c[name] = value; value == nil {
				delete(c, name)
			}
		}
	}
	return k.sign(claims{"alg": "ES256"}, c)
}

func asserting(assertion string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion}}
}

func TestAssertionThatIsWrongInAnythingIsRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	k, other := newHolder(t), newHolder(t)
	c, foreign := s.agent(keyed(k)), s.agent(keyed(other))
	in := func(d time.Duration) int64 { return s.now().Add(d).Unix() }
	for name, change := range map[string]claims{
		"expired":                {"exp": in(-time.Minute)},
		"not yet":                {"nbf": in(61 * time.Second)},
		"issued ahead":           {"iat": in(61 * time.Second)},
		"no exp":                 {"exp": nil},
		"exp too far":            {"exp": in(6 * time.Minute)},
		"exp in ten years":       {"exp": in(10 * 365 * 24 * time.Hour)},
		"exp negative":           {"exp": -1},
		"exp huge":               {"exp": 1e300},
		"exp beyond int64":       {"exp": json.RawMessage("99999999999999999999")},
		"exp a string":           {"exp": fmt.Sprint(in(time.Minute))},
		"exp a fraction":         {"exp": json.RawMessage(fmt.Sprint(in(time.Minute)) + ".5")},
		"exp null":               {"exp": json.RawMessage("null")},
		"nbf negative":           {"nbf": -1},
		"iat a string":           {"iat": "now"},
		"another iss":            {"iss": foreign.id},
		"another sub":            {"sub": foreign.id},
		"no iss":                 {"iss": nil},
		"no sub":                 {"sub": nil},
		"no aud":                 {"aud": nil},
		"aud of another":         {"aud": "https://other.example"},
		"aud of us and another":  {"aud": []string{s.Issuer, "https://other.example"}},
		"aud empty":              {"aud": []string{}},
		"aud with a slash":       {"aud": s.Issuer + "/"},
		"aud a number":           {"aud": 1},
		"aud the endpoint":       {"aud": s.endpoint("/token")},
		"aud the push endpoint":  {"aud": s.endpoint("/par")},
		"aud both our names":     {"aud": []string{s.Issuer, s.endpoint("/token")}},
		"aud the issuer twice":   {"aud": []string{s.Issuer, s.Issuer}},
		"no jti":                 {"jti": nil},
		"jti empty":              {"jti": ""},
		"jti of 10 KB":           {"jti": strings.Repeat("j", 10<<10)},
		"jti a number":           {"jti": 7},
		"exp in another case":    {"exp": nil, "Exp": in(time.Minute)},
		"exp twice, in two ways": {"EXP": in(time.Minute), "exp": nil},
	} {
		t.Run(name, func(t *testing.T) {
			s.post("/token", asserting(s.assertion(k, c.id, change))).refused(t, http.StatusUnauthorized, "invalid_client")
		})
	}
	good := s.assertion(k, c.id)
	parts := strings.Split(good, ".")
	body := claims{"iss": c.id, "sub": c.id, "aud": s.Issuer, "jti": "j", "exp": in(time.Minute)}
	for name, bad := range map[string]string{
		"signed by another's key": s.assertion(other, c.id),
		"another's":               s.assertion(k, foreign.id),
		"of an unknown client":    s.assertion(k, "c_UNKNOWN"),
		"unsigned":                parts[0] + "." + parts[1] + ".",
		"alg none":                base64url([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".",
		"a DPoP proof":            k.sign(claims{"alg": "ES256", "typ": "dpop+jwt", "jwk": k.jwk()}, body),
		"a logout token":          k.sign(claims{"alg": "ES256", "typ": "logout+jwt"}, body),
		"its key along":           other.sign(claims{"alg": "ES256", "jwk": other.jwk()}, body),
		"a jku":                   k.sign(claims{"alg": "ES256", "jku": "https://evil.example/jwks"}, body),
		"crit":                    k.sign(claims{"alg": "ES256", "crit": []string{"x"}, "x": 1}, body),
		"an unknown kid":          k.sign(claims{"alg": "ES256", "kid": "x"}, body),
		"RS256 of an EC key":      k.sign(claims{"alg": "RS256"}, body),
		"HS256":                   k.sign(claims{"alg": "HS256"}, body),
		"a claim twice":           k.sign(claims{"alg": "ES256"}, json.RawMessage(strings.Replace(string(encode(t, body)), "{", `{"jti":"i",`, 1))),
		"an array":                k.sign(claims{"alg": "ES256"}, []any{body}),
		"null":                    k.sign(claims{"alg": "ES256"}, nil),
		"padded":                  good + "=",
		"with a line break":       good + "\n",
		"two parts":               parts[0] + "." + parts[1],
		"five parts":              good + ".a.b",
		"words":                   "not a token",
	} {
		t.Run(name, func(t *testing.T) {
			s.post("/token", asserting(bad)).refused(t, http.StatusUnauthorized, "invalid_client")
		})
	}
	s.post("/token", asserting(good)).ok(t)
	if e := s.recorded.last(t, audit.ClientAuth); e.Outcome != audit.Refused {
		t.Errorf("recorded %+v", e)
	}
}

func TestAssertionIsOfTheRegisteredAlgorithm(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	k := newHolder(t)
	for alg, status := range map[string]int{"": http.StatusOK, "ES256": http.StatusOK, "PS256": http.StatusUnauthorized} {
		c := s.agent(keyed(k), func(c *storage.Client) { c.AssertionAlg = alg })
		if a := s.post("/token", asserting(s.assertion(k, c.id))); a.StatusCode != status {
			t.Errorf("ES256 for a client of %q: %d %s", alg, a.StatusCode, a.body)
		}
	}
}

func TestAssertionNeedsItsType(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	k := newHolder(t)
	c := s.agent(keyed(k))
	for _, kind := range []string{"", "jwt", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" + " ", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"} {
		form := asserting(s.assertion(k, c.id))
		form.Set("client_assertion_type", kind)
		s.post("/token", form).refused(t, http.StatusUnauthorized, "invalid_client")
	}
	s.post("/token", url.Values{"grant_type": {"client_credentials"}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}}).refused(t, http.StatusUnauthorized, "invalid_client")
	twice := asserting(s.assertion(k, c.id))
	twice["client_assertion"] = append(twice["client_assertion"], s.assertion(k, c.id))
	s.post("/token", twice).refused(t, http.StatusBadRequest, "invalid_request")
	named := asserting(s.assertion(k, c.id))
	named.Set("client_id", "c_OTHER")
	s.post("/token", named).refused(t, http.StatusUnauthorized, "invalid_client")
	named = asserting(s.assertion(k, c.id))
	named.Set("client_id", c.id)
	s.post("/token", named).ok(t)
}

// Once a key is registered nothing weaker will do, and without one no assertion does.
func TestNothingWeakerThanTheKeyIsAccepted(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k := newHolder(t)
		c := s.agent(keyed(k)) // has a live secret as well
		s.post("/token", asItself(), c).refused(t, http.StatusUnauthorized, "invalid_client")
		form := asItself()
		form.Set("client_id", c.id)
		s.post("/token", form).refused(t, http.StatusUnauthorized, "invalid_client")
		form.Set("client_secret", c.secret)
		s.post("/token", form).refused(t, http.StatusUnauthorized, "invalid_client")
		both := asserting(s.assertion(k, c.id))
		both.Set("client_secret", c.secret)
		s.post("/token", both).refused(t, http.StatusBadRequest, "invalid_request")

		withKeys := func(c *storage.Client) { c.JWKS = k.jwks() }
		for _, id := range []string{s.agent(withKeys).id, s.app(public, withKeys).id} {
			s.post("/token", asserting(s.assertion(k, id))).refused(t, http.StatusUnauthorized, "invalid_client")
		}
		s.must(s.db.SetClientDisabled(s.ctx(), c.id, s.now()))
		s.post("/token", asserting(s.assertion(k, c.id))).refused(t, http.StatusUnauthorized, "invalid_client")
	})
}

func TestAnAssertionIsAcceptedOnce(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k := newHolder(t)
		c, other := s.agent(keyed(k)), s.agent(keyed(k))
		for _, assertion := range []string{s.assertion(k, c.id, claims{"jti": "first"}), s.assertion(k, c.id, claims{"jti": "second", "exp": s.now().Add(-20 * time.Second).Unix()})} {
			var won sync.Map
			var all sync.WaitGroup
			for i := range 30 {
				all.Go(func() {
					if a := s.post("/token", asserting(assertion)); a.StatusCode == http.StatusOK {
						won.Store(i, true)
					} else if a.StatusCode != http.StatusUnauthorized {
						t.Errorf("%d %s", a.StatusCode, a.body)
					}
				})
			}
			all.Wait()
			winners := 0
			won.Range(func(any, any) bool { winners++; return true })
			if winners != 1 {
				t.Errorf("%d of 30 were accepted", winners)
			}
		}
		s.post("/token", asserting(s.assertion(k, c.id, claims{"jti": "first"}))).refused(t, http.StatusUnauthorized, "invalid_client")
		s.post("/token", asserting(s.assertion(k, other.id, claims{"jti": "first"}))).ok(t)
	})
}

func TestAssertionsOfEveryShapeThatIsRight(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k := newHolder(t)
		c := s.agent(keyed(k))
		for name, change := range map[string]claims{
			"for us in a list":            {"aud": []string{s.Issuer}},
			"without iat":                 {"iat": nil},
			"nbf a little ahead":          {"nbf": s.now().Add(8 * time.Second).Unix()},
			"expired a moment ago":        {"exp": s.now().Add(-8 * time.Second).Unix()},
			"five minutes":                {"exp": s.now().Add(5 * time.Minute).Unix()},
			"jti of 256 bytes":            {"jti": strings.Repeat("j", 256)},
			"claims we do not know of":    {"jti2": "x", "nonce": []int{1}},
			"an iat of long ago, for all": {"iat": 1},
		} {
			if a := s.post("/token", asserting(s.assertion(k, c.id, change))); a.StatusCode != http.StatusOK {
				t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
			}
		}
		for _, path := range []string{"/introspect", "/revoke"} {
			form := asserting(s.assertion(k, c.id))
			form.Set("token", "x")
			s.post(path, form).ok(t)
		}
	})
}

// A code and an assertion: a refused assertion does not spend the code.
func TestAnAppRedeemsACodeByAssertion(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k := newHolder(t)
		c := s.app(keyed(k))
		code := s.person("ada").code(c)
		form := asserting(s.assertion(newHolder(t), c.id))
		for name, value := range map[string]string{"grant_type": "authorization_code", "code": code, "redirect_uri": callback, "code_verifier": verifier} {
			form.Set(name, value)
		}
		s.post("/token", form).refused(t, http.StatusUnauthorized, "invalid_client")
		form.Set("client_assertion", s.assertion(k, c.id))
		s.post("/token", form).ok(t)
	})
}

// forgetful is a database that cannot say whether it remembers.
type forgetful struct{ Clients }

func (forgetful) Spend(context.Context, storage.Spent) error {
	return errors.Join(storage.ErrUnavailable)
}

func TestNoTokenWhenTheReplayCannotBeRuledOut(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	k := newHolder(t)
	c := s.agent(keyed(k))
	s.onto(func(d *Deps) { d.Clients = forgetful{asRegistered{s.db}} })
	s.post("/token", asserting(s.assertion(k, c.id))).refused(t, http.StatusServiceUnavailable, "temporarily_unavailable")
}
