package provider

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// bank is a client with an EC and an RSA key of its own.
type bank struct {
	login
	s   *server
	ec  *holder
	rsa rsaHolder
}

// strictly holds a client to FAPI 2.0.
func strictly(c *storage.Client) { c.Profile = storage.ProfileFAPI2 }

func (s *server) bank(ec *holder, rsa rsaHolder, change ...func(*storage.Client)) bank {
	own := func(c *storage.Client) {
		c.AuthMethod, c.JWKS = storage.AuthPrivateKeyJWT, encode(s.t, claims{"keys": []any{ec.jwk(), rsa.jwk()}})
		c.GrantTypes = append(c.GrantTypes, "client_credentials")
	}
	return bank{s.app(append([]func(*storage.Client){own}, change...)...), s, ec, rsa}
}

// asserted adds a good assertion, but for what change says.
func (b bank) asserted(form url.Values, change ...claims) url.Values {
	return sending(form, b.s.assertion(b.ec, b.id, change...))
}

func sending(form url.Values, assertion string) url.Values {
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	form.Set("client_assertion", assertion)
	return form
}

// signedBy returns an assertion by the RSA key.
func (b bank) signedBy(alg string) url.Values {
	now := b.s.now().Unix()
	return sending(asItself(), b.rsa.sign(claims{"alg": alg}, claims{
		"iss": b.id, "sub": b.id, "aud": b.s.Issuer, "jti": storage.NewID(""), "iat": now, "exp": now + 60}))
}

// with sends form with a good proof, which every client may.
func (b bank) with(path string, form url.Values) *answer {
	return b.s.postProved(path, form, login{}, b.s.proof(b.ec, http.MethodPost, path))
}

// push pushes a good request, but for more.
func (b bank) push(more ...[2]string) *answer {
	return b.s.post("/par", b.asserted(b.s.pushForm(b.login, more...)))
}

func (b bank) pushObject(object string) *answer {
	return b.s.post("/par", b.asserted(url.Values{"request": {object}}))
}

// code takes a person through a pushed request.
func (b bank) code(more ...[2]string) string {
	b.s.t.Helper()
	uri, _ := b.push(more...).json(b.s.t, "request_uri").(string)
	code := b.s.person(strings.ToLower(storage.NewID(""))).open(b.s.byName(b.login, uri)).location(b.s.t).Query().Get("code")
	if code == "" {
		b.s.t.Fatal("no code")
	}
	return code
}

func (b bank) redeem() tokenAnswer {
	b.s.t.Helper()
	return b.with("/token", b.asserted(codeForm(b.code()))).tokens(b.s.t)
}

// outcome returns the error of an answer, or "ok".
func (a *answer) outcome(t testing.TB) string {
	if a.Header.Get("Location") != "" {
		if name := a.location(t).Query().Get("error"); name != "" {
			return name
		}
		return "ok"
	}
	if a.StatusCode < 300 {
		return "ok"
	}
	name, _ := a.json(t, "error").(string)
	return name
}

// Every rule of the profile that the client has to keep: what it gets for breaking it, and what a
// client of no profile gets for the same. Sections are of the FAPI 2.0 Security Profile (SP) and of
// Message Signing (MS).
func TestRulesOfFAPI2(t *testing.T) {
	s := newServerAt(t, storagetest.SQLite(t), "", func(c *Config) { c.PKCEPublicOnly = true })
	ec, key := newHolder(t), newRSA(t)
	in := func(d time.Duration) int64 { return s.now().Add(d).Unix() }
	loopback := func(c *storage.Client) { c.RedirectURIs = []string{"http://127.0.0.1/cb"} }
	jarm := func(c *storage.Client) { c.ResponseAlg = "ES256" }
	bySecret := func(c *storage.Client) { c.AuthMethod = "" }
	object := func(b bank, change ...claims) string { return s.object(b.ec, b.login, change...) }
	for _, rule := range []struct {
		name          string
		strict, plain string
		change        func(*storage.Client)
		try           func(b bank) *answer
	}{
		{"SP 5.3.2.2: requests are pushed", "invalid_request", "ok", nil, func(b bank) *answer { return s.get(s.authorizeURL(b.login)) }},
		{"SP 5.3.2.2: a request_uri of elsewhere is no push", "request_uri_not_supported", "request_uri_not_supported", nil, func(b bank) *answer {
			return s.get(s.authorizeURL(b.login, [2]string{"request_uri", "https://app.example/object"}))
		}},
		{"SP 5.3.2.2: pushing needs authentication", "invalid_client", "invalid_client", nil, func(b bank) *answer { return s.post("/par", s.pushForm(b.login)) }},
		{"SP 5.3.2.2: PKCE, whatever is registered or configured", "invalid_request", "ok", func(c *storage.Client) { c.PKCEOptional = true },
			func(b bank) *answer {
				return b.push([2]string{"code_challenge", ""}, [2]string{"code_challenge_method", ""})
			}},
		{"SP 5.3.2.2: PKCE by S256", "invalid_request", "invalid_request", nil, func(b bank) *answer { return b.push([2]string{"code_challenge_method", "plain"}) }},
		{"SP 5.3.2.2: redirect_uri is sent", "invalid_request", "ok", nil, func(b bank) *answer {
			return b.push([2]string{"redirect_uri", ""}, [2]string{"scope", "profile"})
		}},
		{"SP 5.3.2.2: redirect_uri is https", "invalid_request", "ok", loopback, func(b bank) *answer { return b.push([2]string{"redirect_uri", "http://127.0.0.1/cb"}) }},
		{"SP 5.3.2.2: no other port than the registered", "invalid_request", "ok", loopback, func(b bank) *answer { return b.push([2]string{"redirect_uri", "http://127.0.0.1:4444/cb"}) }},
		{"SP 5.3.2.1: no secret", "invalid_client", "ok", bySecret, func(b bank) *answer { return s.post("/token", asItself(), b.login) }},
		{"SP 5.3.2.1: tokens are bound to a key", "invalid_request", "ok", nil, func(b bank) *answer { return s.post("/token", b.asserted(asItself())) }},
		{"SP 5.3.2.1: tokens for people are bound to a key", "invalid_request", "ok", nil, func(b bank) *answer { return s.post("/token", b.asserted(codeForm(b.code()))) }},
		{"SP 5.3.2.1: refreshed tokens are bound to a key", "invalid_request", "ok", nil, func(b bank) *answer {
			return s.post("/token", b.asserted(refreshForm(b.redeem().RefreshToken)))
		}},
		{"SP 5.3.2.1: an assertion for the issuer", "ok", "ok", nil, func(b bank) *answer { return b.with("/token", b.asserted(asItself())) }},
		{"SP 5.3.2.1: an assertion for the token endpoint", "invalid_client", "invalid_client", nil, func(b bank) *answer {
			return b.with("/token", b.asserted(asItself(), claims{"aud": s.endpoint("/token")}))
		}},
		{"SP 5.3.2.1: an assertion for the endpoint of pushes", "invalid_client", "invalid_client", nil, func(b bank) *answer {
			return s.post("/par", b.asserted(s.pushForm(b.login), claims{"aud": s.endpoint("/par")}))
		}},
		{"SP 5.3.2.1: an assertion for a list of the issuer", "invalid_client", "ok", nil, func(b bank) *answer {
			return b.with("/token", b.asserted(asItself(), claims{"aud": []string{s.Issuer}}))
		}},
		{"SP 5.3.2.1: an assertion for others too", "invalid_client", "invalid_client", nil, func(b bank) *answer {
			return b.with("/token", b.asserted(asItself(), claims{"aud": []string{s.Issuer, "https://other.example"}}))
		}},
		{"SP 5.3.2.1: clocks 8 s apart", "ok", "ok", nil, func(b bank) *answer {
			return b.with("/token", b.asserted(asItself(), claims{"iat": in(8 * time.Second), "nbf": in(8 * time.Second)}))
		}},
		{"SP 5.3.2.1: clocks more than 60 s apart", "invalid_client", "invalid_client", nil, func(b bank) *answer {
			return b.with("/token", b.asserted(asItself(), claims{"iat": in(62 * time.Second), "nbf": in(62 * time.Second)}))
		}},
		{"SP 5.4.1: an assertion by RS256", "invalid_client", "ok", nil, func(b bank) *answer { return b.with("/token", b.signedBy("RS256")) }},
		{"SP 5.4.1: an assertion by PS256", "ok", "ok", nil, func(b bank) *answer { return b.with("/token", b.signedBy("PS256")) }},
		{"MS 5.3.1: a request object by RS256", "invalid_request_object", "ok", nil, func(b bank) *answer {
			return b.pushObject(b.rsa.sign(claims{"alg": "RS256"}, s.requested(b.login)))
		}},
		{"MS 5.3.1: a request object by PS256", "ok", "ok", nil, func(b bank) *answer {
			return b.pushObject(b.rsa.sign(claims{"alg": "PS256"}, s.requested(b.login)))
		}},
		{"MS 5.3.1: a request object that nobody signed", "invalid_request_object", "request_not_supported", nil, func(b bank) *answer {
			return b.pushObject(unsignedObject(t, s.requested(b.login)))
		}},
		{"MS 5.3.1: even where it was registered", "invalid_request_object", "ok", func(c *storage.Client) { c.RequestAlg = storage.AlgNone }, func(b bank) *answer {
			return b.pushObject(unsignedObject(t, s.requested(b.login)))
		}},
		{"MS 5.3.1: a request object for several", "ok", "invalid_request_object", nil, func(b bank) *answer {
			return b.pushObject(object(b, claims{"aud": []string{s.Issuer, "https://other1.example"}}))
		}},
		{"MS 5.3.1: nbf is there", "invalid_request_object", "ok", nil, func(b bank) *answer { return b.pushObject(object(b, claims{"nbf": nil})) }},
		{"MS 5.3.1: exp is there", "invalid_request_object", "invalid_request_object", nil, func(b bank) *answer { return b.pushObject(object(b, claims{"exp": nil})) }},
		{"MS 5.3.1: nbf an hour ago", "ok", "ok", nil, func(b bank) *answer {
			return b.pushObject(object(b, claims{"nbf": in(-59 * time.Minute), "exp": in(time.Minute)}))
		}},
		{"MS 5.3.1: nbf more than an hour ago", "invalid_request_object", "ok", nil, func(b bank) *answer {
			return b.pushObject(object(b, claims{"nbf": in(-61 * time.Minute)}))
		}},
		{"MS 5.3.1: exp more than an hour after nbf", "invalid_request_object", "ok", nil, func(b bank) *answer { return b.pushObject(object(b, claims{"exp": in(61 * time.Minute)})) }},
		{"MS 5.3.1: nbf 8 s ahead", "ok", "ok", nil, func(b bank) *answer { return b.pushObject(object(b, claims{"nbf": in(8 * time.Second)})) }},
		{"MS 5.3.1: what is required to be signed is", "invalid_request", "invalid_request", func(c *storage.Client) { c.RequireSigned = true }, func(b bank) *answer { return b.push() }},
		{"MS 5.4.1: answers are signed once that is registered", "invalid_request", "ok", jarm, func(b bank) *answer { return b.push() }},
		{"MS 5.4.1: and asked for", "ok", "ok", jarm, func(b bank) *answer { return b.push([2]string{"response_mode", "jwt"}) }},
	} {
		t.Run(rule.name, func(t *testing.T) {
			for want, b := range map[*string]bank{&rule.strict: s.bank(ec, key, also(rule.change), strictly), &rule.plain: s.bank(ec, key, also(rule.change))} {
				if got := rule.try(b).outcome(t); got != *want {
					t.Errorf("strict %v: got %s, want %s", want == &rule.strict, got, *want)
				}
			}
		})
	}
}

func also(change func(*storage.Client)) func(*storage.Client) {
	if change == nil {
		return func(*storage.Client) {}
	}
	return change
}

// A refresh token of FAPI 2.0 stays the same, as often as it is used and by however many at once.
func TestRefreshTokenOfFAPI2IsKept(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		ec, key := newHolder(t), newRSA(t)
		strict, plain, other := s.bank(ec, key, strictly), s.bank(ec, key), s.bank(newHolder(t), key, strictly)
		first := strict.redeem()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				a := strict.with("/token", strict.asserted(refreshForm(first.RefreshToken)))
				if a.StatusCode != http.StatusOK || !strings.Contains(string(a.body), first.RefreshToken) || !strings.Contains(string(a.body), `"DPoP"`) {
					t.Errorf("%d %s", a.StatusCode, a.body)
				}
			})
		}
		all.Wait()
		s.wait(20 * time.Hour) // idle after 24
		strict.with("/token", strict.asserted(refreshForm(first.RefreshToken))).ok(t)
		s.wait(20 * time.Hour)
		strict.with("/token", strict.asserted(refreshForm(first.RefreshToken))).ok(t)
		other.with("/token", other.asserted(refreshForm(first.RefreshToken))).refused(t, http.StatusBadRequest, "invalid_grant")

		rotating := plain.redeem()
		if next := plain.with("/token", plain.asserted(refreshForm(rotating.RefreshToken))).tokens(t); next.RefreshToken == rotating.RefreshToken {
			t.Error("it is kept for everybody")
		}
		s.wait(25 * time.Hour)
		strict.with("/token", strict.asserted(refreshForm(first.RefreshToken))).refused(t, http.StatusBadRequest, "invalid_grant")
	})
}

func TestRevokedRefreshTokenOfFAPI2IsOver(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		strict := s.bank(newHolder(t), newRSA(t), strictly)
		issued := strict.redeem()
		form := strict.asserted(url.Values{"token": {issued.RefreshToken}})
		s.post("/revoke", form).ok(t)
		strict.with("/token", strict.asserted(refreshForm(issued.RefreshToken))).refused(t, http.StatusBadRequest, "invalid_grant")
	})
}

// What is signed for the client is never RS256 (SP 5.4.1).
func TestTokensOfFAPI2AreSignedWithItsAlgorithms(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	ec, key := newHolder(t), newRSA(t)
	for want, change := range map[string]func(*storage.Client){"ES256": nil, "PS256": func(c *storage.Client) { c.SigningAlg = "PS256" }} {
		strict := s.bank(ec, key, also(change), strictly)
		server := s.bank(ec, key, also(change), strictly, serves(s.Issuer))
		issued := strict.redeem()
		for token, typ := range map[string]string{issued.AccessToken: "at+jwt", issued.IDToken: "JWT"} {
			if _, header, err := s.Keys.Verify(token, typ); err != nil || header.Alg != want {
				t.Errorf("%s: %+v, %v", typ, header, err)
			}
		}
		r := request(t, http.MethodPost, s.endpoint("/introspect"), server.asserted(url.Values{"token": {issued.AccessToken}}))
		r.Header.Set("Accept", "application/token-introspection+jwt")
		if _, header, err := s.Keys.Verify(string(s.do(r).body), "token-introspection+jwt"); err != nil || header.Alg != want {
			t.Errorf("introspection: %+v, %v", header, err)
		}
	}
}

// Proofs by RS256 are refused: the token they come with may be one of FAPI 2.0.
func TestProofByRS256IsRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	k, c := newRSA(t), s.agent()
	for alg, want := range map[string]int{"RS256": http.StatusBadRequest, "PS256": http.StatusOK} {
		proof := k.sign(claims{"alg": alg, "typ": "dpop+jwt", "jwk": k.jwk()}, claims{
			"jti": storage.NewID(""), "htm": "POST", "htu": s.endpoint("/token"), "iat": s.now().Unix()})
		if a := s.postProved("/token", asItself(), c, proof); a.StatusCode != want {
			t.Errorf("%s: %d %s", alg, a.StatusCode, a.body)
		}
	}
}
