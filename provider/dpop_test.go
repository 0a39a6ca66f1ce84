package provider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// proof returns a good one for a request to path; more replaces its claims, nil takes one out.
func (s *server) proof(k *holder, method, path string, more ...claims) string {
	c := claims{"jti": storage.NewID(""), "htm": method, "htu": s.endpoint(path), "iat": s.now().Unix()}
	for _, m := range more {
		for name, value := range m {
			if c[name] = value; value == nil {
				delete(c, name)
			}
		}
	}
	return k.sign(claims{"alg": "ES256", "typ": "dpop+jwt", "jwk": k.jwk()}, c)
}

// postProved posts a form with these proofs.
func (s *server) postProved(path string, form url.Values, c login, proofs ...string) *answer {
	s.t.Helper()
	if c.secret == "" {
		form.Set("client_id", c.id)
	}
	r := request(s.t, http.MethodPost, s.endpoint(path), form)
	if c.secret != "" {
		r.SetBasicAuth(c.id, c.secret)
	}
	r.Header["Dpop"] = proofs
	return s.do(r)
}

// proved does so with a good proof of k.
func (s *server) proved(k *holder, path string, form url.Values, c login) *answer {
	s.t.Helper()
	return s.postProved(path, form, c, s.proof(k, http.MethodPost, path))
}

func codeForm(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}}
}

func refreshForm(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
}

func (a *answer) tokens(t testing.TB) (r tokenAnswer) {
	t.Helper()
	if err := json.Unmarshal(a.body, &r); err != nil || r.AccessToken == "" {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	return r
}

// inform asks /userinfo as the holder of k.
func (s *server) inform(k *holder, token string, more ...claims) *answer {
	s.t.Helper()
	r := request(s.t, http.MethodGet, s.endpoint("/userinfo"), nil)
	r.Header.Set("Authorization", "DPoP "+token)
	r.Header.Set("DPoP", s.proof(k, http.MethodGet, "/userinfo", append([]claims{{"ath": athOf(token)}}, more...)...))
	return s.do(r)
}

// wrongProofs are wrong for a request to path in one thing each.
func (s *server) wrongProofs(k *holder, method, path string) map[string]string {
	good := claims{"jti": "j", "htm": method, "htu": s.endpoint(path), "iat": s.now().Unix()}
	head := func(more claims) claims {
		h := claims{"alg": "ES256", "typ": "dpop+jwt", "jwk": k.jwk()}
		for name, value := range more {
			h[name] = value
		}
		return h
	}
	private := k.jwk()
	private["d"] = base64url(k.D.Bytes())
	wrong := map[string]string{
		"no type":       k.sign(head(claims{"typ": ""}), good),
		"an ID token's": k.sign(head(claims{"typ": "JWT"}), good),
		"private jwk":   k.sign(head(claims{"jwk": private}), good),
		"no jwk":        k.sign(claims{"alg": "ES256", "typ": "dpop+jwt"}, good),
		"symmetric jwk": k.sign(head(claims{"jwk": claims{"kty": "oct", "k": "AAAA"}}), good),
		"another's jwk": k.sign(head(claims{"jwk": newHolder(s.t).jwk()}), good),
		"HS256":         k.sign(head(claims{"alg": "HS256"}), good),
		"none":          k.sign(head(claims{"alg": "none"}), good),
		"words":         "not a proof",
		"empty":         "",
		"too long":      s.proof(k, method, path, claims{"x": strings.Repeat("x", 8<<10)}),
	}
	for name, change := range map[string]claims{
		"no jti": {"jti": nil}, "long jti": {"jti": strings.Repeat("j", 256+1)}, "jti a number": {"jti": 1},
		"no htm": {"htm": nil}, "another htm": {"htm": "PUT"}, "lower htm": {"htm": strings.ToLower(method)},
		"no htu": {"htu": nil}, "another path": {"htu": s.endpoint(path + "x")}, "another host": {"htu": "https://evil.example" + path},
		"user in htu": {"htu": strings.Replace(s.endpoint(path), "://", "://x@", 1)}, "relative htu": {"htu": path},
		"no iat": {"iat": nil}, "old": {"iat": s.now().Add(-time.Minute).Unix()}, "ahead": {"iat": s.now().Add(time.Minute).Unix()},
		"iat a string": {"iat": "now"}, "iat huge": {"iat": 1e300}, "iat a fraction": {"iat": json.RawMessage("1.5")},
	} {
		wrong[name] = s.proof(k, method, path, change)
	}
	return wrong
}

func TestWrongProofIsRefusedAndBurnsNothing(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	k, app, ada := newHolder(t), s.app(public), s.person("ada")
	code := ada.code(app)
	for name, proof := range s.wrongProofs(k, http.MethodPost, "/token") {
		t.Run(name, func(t *testing.T) {
			s.postProved("/token", codeForm(code), app, proof).refused(t, http.StatusBadRequest, "invalid_dpop_proof")
		})
	}
	two := []string{s.proof(k, http.MethodPost, "/token"), s.proof(k, http.MethodPost, "/token")}
	s.postProved("/token", codeForm(code), app, two...).refused(t, http.StatusBadRequest, "invalid_dpop_proof")
	for name, proof := range s.wrongProofs(k, http.MethodPost, "/par") {
		if a := s.postProved("/par", s.pushForm(app), app, proof); a.StatusCode != http.StatusBadRequest || a.json(t, "error") != "invalid_dpop_proof" {
			t.Errorf("%s at /par: %d %s", name, a.StatusCode, a.body)
		}
	}
	s.proved(k, "/token", codeForm(code), app).ok(t)
}

func TestAProofIsAcceptedOnce(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, c := newHolder(t), s.agent()
		proof := s.proof(k, http.MethodPost, "/token", claims{"jti": "once"})
		var won atomic.Int32
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() {
				a := s.postProved("/token", asItself(), c, proof)
				if a.StatusCode == http.StatusOK {
					won.Add(1)
				} else if a.StatusCode != http.StatusBadRequest || a.json(t, "error") != "invalid_dpop_proof" {
					t.Errorf("%d %s", a.StatusCode, a.body)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d of 30 were accepted", won.Load())
		}
		s.postProved("/token", asItself(), c, s.proof(newHolder(t), http.MethodPost, "/token", claims{"jti": "once"})).ok(t)
	})
}

// What 0010 says of a Redis that lost its memory: codes and assertions are spent all the same.
func TestForgottenProofOpensNothingThatWasSpent(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, app, c := newHolder(t), s.app(public), newHolder(t)
		agent := s.agent(keyed(c))
		for name, request := range map[string]struct {
			form   url.Values
			who    login
			status int
			fault  string
		}{
			"code":      {codeForm(s.person("ada").code(app)), app, http.StatusBadRequest, "invalid_grant"},
			"assertion": {asserting(s.assertion(c, agent.id)), login{id: agent.id}, http.StatusUnauthorized, "invalid_client"},
		} {
			proof := s.proof(k, http.MethodPost, "/token", claims{"jti": name})
			s.postProved("/token", request.form, request.who, proof).ok(t)
			if _, err := s.Requests.Ephemeral.Take(t.Context(), "dpop:"+k.thumbprint()+":"+name); err != nil {
				t.Fatalf("%s: the proof was not remembered: %v", name, err)
			}
			s.postProved("/token", request.form, request.who, proof).refused(t, request.status, request.fault)
		}
	})
}

// A sender who has no right to anything cannot fill the memory of proofs.
func TestRefusedRequestsAreNotRemembered(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, app, c := newHolder(t), s.app(public), s.agent()
		s.proved(k, "/token", asItself(), c).ok(t)
		before := s.db.Stats()
		s.proved(k, "/token", asItself(), login{id: c.id, secret: "wrong"}).refused(t, http.StatusUnauthorized, "invalid_client")
		s.proved(k, "/token", codeForm("x"), app).refused(t, http.StatusBadRequest, "invalid_grant")
		s.proved(k, "/token", refreshForm("x"), app).refused(t, http.StatusBadRequest, "invalid_grant")
		form := asItself()
		form.Set("scope", "root")
		s.proved(k, "/token", form, c).refused(t, http.StatusBadRequest, "invalid_scope")
		if used := spentSince(before, s.db.Stats()); used.Writes != 0 {
			t.Errorf("%+v", used)
		}
	})
}

func TestCodeIsForTheHolderOfTheKey(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, thief, app, ada := newHolder(t), newHolder(t), s.app(public), s.person("ada")
		for _, bad := range []string{"x", strings.Repeat("~", 43), k.thumbprint() + "x"} {
			if got := s.get(s.authorizeURL(app, [2]string{"dpop_jkt", bad})).refusal(t, s, "state"); got != "invalid_request" {
				t.Errorf("%s: %s", bad, got)
			}
		}
		code := ada.code(app, [2]string{"dpop_jkt", k.thumbprint()})
		s.redeem(app, code).refused(t, http.StatusBadRequest, "invalid_dpop_proof")
		s.proved(thief, "/token", codeForm(code), app).refused(t, http.StatusBadRequest, "invalid_grant")
		s.proved(k, "/token", codeForm(code), app).ok(t)

		// A proof with the push does the same.
		pushing := s.pushForm(app, [2]string{"dpop_jkt", thief.thumbprint()})
		s.proved(k, "/par", pushing, app).refused(t, http.StatusBadRequest, "invalid_dpop_proof")
		uri, _ := s.proved(k, "/par", s.pushForm(app), app).json(t, "request_uri").(string)
		code = ada.open(s.byName(app, uri)).location(t).Query().Get("code")
		s.proved(thief, "/token", codeForm(code), app).refused(t, http.StatusBadRequest, "invalid_grant")
		s.proved(k, "/token", codeForm(code), app).ok(t)
	})
}

func TestRefreshTokenOfAPublicClientIsForTheHolderOfTheKey(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, thief, app, ada := newHolder(t), newHolder(t), s.app(public), s.person("ada")
		first := s.proved(k, "/token", codeForm(ada.code(app)), app).tokens(t)
		if first.TokenType != "DPoP" || !strings.Contains(first.RefreshToken, k.thumbprint()) {
			t.Fatalf("%+v", first)
		}
		plain := refreshForm(first.RefreshToken)
		s.postProved("/token", plain, app).refused(t, http.StatusBadRequest, "invalid_dpop_proof")
		s.proved(thief, "/token", refreshForm(first.RefreshToken), app).refused(t, http.StatusBadRequest, "invalid_grant")
		for name, forged := range map[string]string{
			"another's key": strings.Replace(first.RefreshToken, k.thumbprint(), thief.thumbprint(), 1),
			"no key":        strings.Replace(first.RefreshToken, "."+k.thumbprint(), "", 1),
			"an empty key":  strings.Replace(first.RefreshToken, k.thumbprint(), "", 1),
			"two keys":      strings.Replace(first.RefreshToken, k.thumbprint(), k.thumbprint()+"."+k.thumbprint(), 1),
		} {
			if a := s.proved(thief, "/token", refreshForm(forged), app); a.StatusCode != http.StatusBadRequest || a.json(t, "error") != "invalid_grant" {
				t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
			}
		}
		second := s.proved(k, "/token", refreshForm(first.RefreshToken), app).tokens(t)
		again := s.proved(k, "/token", refreshForm(first.RefreshToken), app).tokens(t)
		if second.RefreshToken != again.RefreshToken || second.RefreshToken == first.RefreshToken || second.TokenType != "DPoP" {
			t.Errorf("%+v, %+v", second, again)
		}
		s.proved(thief, "/token", refreshForm(second.RefreshToken), app).refused(t, http.StatusBadRequest, "invalid_grant")
		s.proved(k, "/token", refreshForm(second.RefreshToken), app).ok(t)
	})
}

// A client with a secret is bound by that; it may change its key from one refresh to the next.
func TestRefreshTokenOfAClientWithASecretOutlivesItsKey(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		first := s.proved(newHolder(t), "/token", codeForm(s.person("ada").code(app)), app).tokens(t)
		k := newHolder(t)
		second := s.proved(k, "/token", refreshForm(first.RefreshToken), app).tokens(t)
		s.inform(k, second.AccessToken).ok(t)
		if third := s.refresh(app, second.RefreshToken).tokens(t); third.TokenType != "Bearer" {
			t.Errorf("%+v", third)
		}
	})
}

func TestClientOfBoundTokensGetsNoOthers(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		always := func(c *storage.Client) { c.DPoPBound = true }
		k, app, c := newHolder(t), s.app(always), s.agent(always)
		s.post("/token", asItself(), c).refused(t, http.StatusBadRequest, "invalid_dpop_proof")
		code := s.person("ada").code(app)
		s.redeem(app, code).refused(t, http.StatusBadRequest, "invalid_dpop_proof")
		issued := s.proved(k, "/token", codeForm(code), app).tokens(t)
		s.refresh(app, issued.RefreshToken).refused(t, http.StatusBadRequest, "invalid_dpop_proof")
		s.proved(k, "/token", asItself(), c).ok(t)
	})
}

func TestBoundTokenIsOfNoUseWithoutItsKey(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, app, ada := newHolder(t), s.app(public), s.person("ada")
		token := s.proved(k, "/token", codeForm(ada.code(app)), app).tokens(t).AccessToken
		bearer := ada.tokens(app).AccessToken
		for name, a := range map[string]*answer{
			"as a bearer token":       s.ask(http.MethodGet, nil, "Bearer "+token),
			"in a form":               s.ask(http.MethodPost, url.Values{"access_token": {token}}),
			"without a proof":         s.ask(http.MethodGet, nil, "DPoP "+token),
			"another's proof":         s.inform(newHolder(t), token),
			"a proof without ath":     s.inform(k, token, claims{"ath": nil}),
			"of another token":        s.inform(k, token, claims{"ath": athOf(bearer)}),
			"for another endpoint":    s.inform(k, token, claims{"htu": s.endpoint("/token")}),
			"for another method":      s.inform(k, token, claims{"htm": "POST"}),
			"an old one":              s.inform(k, token, claims{"iat": s.now().Add(-time.Minute).Unix()}),
			"a bearer token as bound": s.inform(k, bearer),
		} {
			header := a.Header.Get("WWW-Authenticate")
			if a.StatusCode != http.StatusUnauthorized || !strings.Contains(header, `error="`+a.json(t, "error").(string)+`"`) {
				t.Errorf("%s: %d %s, WWW-Authenticate: %s", name, a.StatusCode, a.body, header)
			}
			if strings.Contains(name, "proof") && !strings.HasPrefix(header, `DPoP realm="symbolon", algs="`) {
				t.Errorf("%s: WWW-Authenticate: %s", name, header)
			}
		}
		s.inform(k, token, claims{"jti": "once"}).ok(t)
		s.inform(k, token, claims{"jti": "once"}).refused(t, http.StatusUnauthorized, "invalid_dpop_proof")
		s.ask(http.MethodGet, nil, "Bearer "+bearer).ok(t)
	})
}

func TestBoundTokenNamesItsKey(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, app, ada := newHolder(t), s.app(), s.person("ada")
		issued := s.proved(k, "/token", codeForm(ada.code(app)), app).tokens(t)
		for _, token := range []string{issued.AccessToken, s.proved(k, "/token", asItself(), s.agent()).tokens(t).AccessToken} {
			claims, ok := s.Provider.tokens.OpenAccess(token)
			if !ok || claims.Confirms == nil || claims.Confirms.JKT != k.thumbprint() {
				t.Errorf("%+v", claims)
			}
		}
		a := s.post("/introspect", url.Values{"token": {issued.AccessToken}}, app)
		cnf, _ := a.json(t, "cnf").(map[string]any)
		if a.json(t, "token_type") != "DPoP" || cnf["jkt"] != k.thumbprint() {
			t.Errorf("%s", a.body)
		}
		plain := s.post("/introspect", url.Values{"token": {ada.tokens(app).AccessToken}}, app)
		if plain.json(t, "token_type") != "Bearer" || plain.json(t, "cnf") != nil {
			t.Errorf("%s", plain.body)
		}
	})
}

func TestProofOfEveryShapeThatIsRight(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	k, c := newHolder(t), s.agent()
	for name, change := range map[string]claims{
		"a query in htu":    {"htu": s.endpoint("/token") + "?x=y#z"},
		"an upper case htu": {"htu": strings.Replace(s.endpoint("/token"), "http://", "HTTP://", 1)},
		"a slow clock":      {"iat": s.now().Add(-50 * time.Second).Unix()},
		"a fast clock":      {"iat": s.now().Add(10 * time.Second).Unix()},
		"more claims":       {"x": "y"},
	} {
		if a := s.postProved("/token", asItself(), c, s.proof(k, http.MethodPost, "/token", change)); a.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
		}
	}
}

func TestNonceIsAskedForWhereTheDeploymentWantsIt(t *testing.T) {
	s := newServerAt(t, storagetest.SQLite(t), "", func(c *Config) { c.DPoPNonce = true })
	k, app := newHolder(t), s.app(public)
	code := s.person("ada").code(app)
	first := s.proved(k, "/token", codeForm(code), app)
	first.refused(t, http.StatusBadRequest, "use_dpop_nonce")
	nonce := first.Header.Get("DPoP-Nonce")
	with := func(nonce string) claims { return claims{"nonce": nonce} }
	for _, bad := range []string{"", "x", nonce[:len(nonce)-1], nonce + "A", base64url([]byte("12345678"))} {
		s.postProved("/token", codeForm(code), app, s.proof(k, http.MethodPost, "/token", with(bad))).refused(t, http.StatusBadRequest, "use_dpop_nonce")
	}
	s.proved(k, "/par", s.pushForm(app), app).refused(t, http.StatusBadRequest, "use_dpop_nonce")
	token := s.postProved("/token", codeForm(code), app, s.proof(k, http.MethodPost, "/token", with(nonce))).tokens(t).AccessToken

	a := s.inform(k, token)
	a.refused(t, http.StatusUnauthorized, "use_dpop_nonce")
	if header := a.Header.Get("WWW-Authenticate"); !strings.HasPrefix(header, "DPoP ") || !strings.Contains(header, `error="use_dpop_nonce"`) {
		t.Errorf("WWW-Authenticate: %s", header)
	}
	s.inform(k, token, with(a.Header.Get("DPoP-Nonce"))).ok(t)
	s.wait(5*time.Minute + time.Minute)
	s.inform(k, token, with(nonce)).refused(t, http.StatusUnauthorized, "use_dpop_nonce")
	s.post("/token", asItself(), s.agent()).ok(t) // without proofs there are no nonces
}

func BenchmarkReadProof(b *testing.B) {
	s := newServer(b, storagetest.SQLite(b))
	k := newHolder(b)
	r := postForm("")
	r.Header.Set("DPoP", s.proof(k, http.MethodPost, "/token"))
	r.Method = http.MethodPost
	b.ReportAllocs()
	for b.Loop() {
		if _, fault := s.token.Proofs.ReadProof(nil, r, "/token", ""); fault != nil {
			b.Fatal(fault)
		}
	}
}
