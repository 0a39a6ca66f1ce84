package provider

import (
	"bytes"
	"html"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// logbook is what the server has logged.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logbook) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Len()
}

// since returns what was logged after len was n, without the quoting of the text format.
func (l *logbook) since(n int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.ReplaceAll(string(l.text.Bytes()[n:]), `\"`, `"`)
}

// mistake is what a developer gets wrong, and what they should read about it.
type mistake struct {
	tells string
	make  func(s *server) *answer
}

func mistakesAtAuthorize() map[string]mistake {
	authorize := func(more [2]string, change ...func(*storage.Client)) func(s *server) *answer {
		return func(s *server) *answer {
			return s.person(storage.NewID("")).open(s.authorizeURL(s.app(change...), more))
		}
	}
	return map[string]mistake{
		"an unknown client": {"no client has the id c_gone", func(s *server) *answer { return s.get(s.authorizeURL(login{id: "c_gone"})) }},
		"a disabled client": {"is switched off: symbolon client enable c_", func(s *server) *answer {
			c := s.app()
			s.must(s.db.SetClientDisabled(s.ctx(), c.id, s.now()))
			return s.get(s.authorizeURL(c))
		}},
		"a trailing slash": {"requested https://app.example/cb/, registered https://app.example/cb: trailing slash; to register others: symbolon client update c_", authorize([2]string{"redirect_uri", callback + "/"})},
		"no redirect URI":  {"requires redirect_uri to be sent; registered: https://app.example/cb", authorize([2]string{"redirect_uri", ""})},
		"no PKCE":          {"send code_challenge and code_challenge_method=S256", authorize([2]string{"code_challenge", ""})},
		"plain PKCE":       {"requested code_challenge_method plain, supported S256", authorize([2]string{"code_challenge_method", "plain"})},
		"a scope":          {"requested admin, registered openid profile email offline_access; to register others: symbolon client update c_", authorize([2]string{"scope", "openid admin"})},
		"a resource":       {"requested https://api.example/v1, registered https://api.example: path /v1", authorize([2]string{"resource", "https://api.example/v1"}, forAPI)},
		"a response type":  {"requested response_type token, supported code", authorize([2]string{"response_type", "token"})},
		"the grant":        {"requested authorization_code, registered refresh_token", authorize([2]string{}, func(c *storage.Client) { c.GrantTypes = []string{"refresh_token"} })},
		"not pushed":       {"pushed_authorization_request_endpoint first", authorize([2]string{}, func(c *storage.Client) { c.RequirePAR = true })},
		"a pushed redirect": {"host app.example.evil", func(s *server) *answer {
			c := s.app()
			return s.post("/par", s.pushForm(c, [2]string{"redirect_uri", "https://app.example.evil/cb"}), c)
		}},
		"a way back": {"requested https://app.example/bye/, registered https://app.example/bye: trailing slash", func(s *server) *answer {
			return s.get(logout("client_id", s.app().id, "post_logout_redirect_uri", bye+"/"))
		}},
		"nobody's way back": {"no client is named", func(s *server) *answer { return s.get(logout("post_logout_redirect_uri", bye)) }},
	}
}

func forAPI(c *storage.Client) { c.Audiences = []string{"https://api.example"} }

func mistakesAtToken() map[string]mistake {
	redeem := func(more ...[2]string) func(s *server) *answer {
		return func(s *server) *answer {
			c := s.app()
			return s.redeemWith(c, s.person(storage.NewID("")).code(c), more...)
		}
	}
	asks := func(c func(s *server) login) func(s *server) *answer {
		return func(s *server) *answer { return s.asks(c(s)) }
	}
	return map[string]mistake{
		"another redirect": {"requested https://app.example/cb/, registered https://app.example/cb: trailing slash", redeem([2]string{"redirect_uri", callback + "/"})},
		"no verifier":      {"the parameter code_verifier is missing", redeem([2]string{"code_verifier", ""})},
		"a short verifier": {"43 to 128 characters", redeem([2]string{"code_verifier", "short"})},
		"another verifier": {"is not the code_challenge " + challengeOf(verifier), redeem([2]string{"code_verifier", strings.Repeat("w", 43)})},
		"a code twice": {"the code was redeemed before", func(s *server) *answer {
			c := s.app()
			code := s.person(storage.NewID("")).code(c)
			s.redeem(c, code)
			return s.redeem(c, code)
		}},
		"a code too late": {"the code expired 1m0s ago", func(s *server) *answer {
			c := s.app()
			code := s.person(storage.NewID("")).code(c)
			s.wait(2 * time.Minute)
			return s.redeem(c, code)
		}},
		"another's code":    {"the code was issued to client c_", func(s *server) *answer { return s.redeem(s.app(), s.person(storage.NewID("")).code(s.app())) }},
		"a made-up code":    {"no such code", func(s *server) *answer { return s.redeem(s.app(), storage.CodePrefix+"x") }},
		"a made-up refresh": {"not a refresh token of ours", func(s *server) *answer { return s.post("/token", refreshForm("x"), s.app()) }},
		"an unknown client": {"no client has the id c_gone", asks(func(*server) login { return login{id: "c_gone", secret: "x"} })},
		"a wrong secret":    {"the secret is none of the client's live ones; for another: symbolon agent secret add a_", asks(func(s *server) login { return login{id: s.agent().id, secret: "guess"} })},
		"a missing scope":   {"requested c, registered a b; to register others: symbolon agent update a_", func(s *server) *answer { return s.asks(s.agent(), [2]string{"scope", "c"}) }},
		"no secret": {"no secret was sent", func(s *server) *answer {
			return s.post("/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {s.agent().id}})
		}},
		"a public secret": {"it has no secret, and must send none", func(s *server) *answer { return s.redeem(login{id: s.app(public).id, secret: "x"}, "x") }},
		"a key's secret":  {"registered for private_key_jwt and sent no client_assertion", asks(func(s *server) login { return s.agent(keyed(newHolder(s.t))) })},
		"a long assertion": {"exp at most five minutes ahead of our clock, which says ", func(s *server) *answer {
			k := newHolder(s.t)
			return s.post("/token", asserting(s.assertion(k, s.agent(keyed(k)).id, claims{"exp": s.now().Add(time.Hour).Unix()})))
		}},
		"a slow clock": {"client_assertion: exp is missing or over; aud must be http", func(s *server) *answer {
			k := newHolder(s.t)
			return s.post("/token", asserting(s.assertion(k, s.agent(keyed(k)).id, claims{"exp": s.now().Add(-time.Hour).Unix()})))
		}},
		"an assertion of nobody": {"the client_assertion names no client", func(s *server) *answer {
			return s.post("/token", asserting(s.assertion(newHolder(s.t), "", claims{})))
		}},
		"a secret twice": {"of an Authorization header, client_secret and client_assertion send one alone", func(s *server) *answer {
			c := s.agent()
			return s.post("/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {c.id}, "client_secret": {c.secret}}, c)
		}},
		"a grant of old": {"requested password, supported authorization_code client_credentials refresh_token", func(s *server) *answer {
			return s.post("/token", url.Values{"grant_type": {"password"}}, s.app())
		}},
		"nobody at all": {"neither client_id, nor an Authorization header", func(s *server) *answer { return s.post("/token", url.Values{"grant_type": {"client_credentials"}}) }},
		"a refresh too late": {"the refresh token has expired", func(s *server) *answer {
			c := s.app()
			t := s.person(storage.NewID("")).tokens(c)
			s.wait(25 * time.Hour)
			return s.post("/token", refreshForm(t.RefreshToken), c)
		}},
		"a scope taken away": {"may no longer have what was granted (openid)", func(s *server) *answer {
			app := s.app()
			token := s.person("ada").tokens(app).RefreshToken
			c := s.client(app.id)
			c.Scopes = []string{"email"}
			s.must(s.db.UpdateClient(s.ctx(), &c))
			return s.refresh(app, token)
		}},
		"a public asker": {"only those that authenticate may ask about tokens", func(s *server) *answer {
			return s.post("/introspect", url.Values{"token": {"x"}, "client_id": {s.app(public).id}})
		}},
		"a secret of FAPI": {"it authenticates by private_key_jwt or a certificate", asks(func(s *server) login {
			return s.agent(func(c *storage.Client) { c.Profile = storage.ProfileFAPI2 })
		})},
		"a made-up device code": {"not a device code of ours", func(s *server) *answer {
			return s.post("/token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {"x"}}, s.app(func(c *storage.Client) {
				c.GrantTypes = append(c.GrantTypes, "urn:ietf:params:oauth:grant-type:device_code")
			}))
		}},
		"a scope not granted": {"requested email, granted openid", func(s *server) *answer {
			c := s.app()
			form := refreshForm(s.person(storage.NewID("")).tokens(c).RefreshToken)
			form.Set("scope", "email")
			return s.post("/token", form, c)
		}},
		"a reused refresh": {"the refresh token was used before", func(s *server) *answer {
			c := s.app()
			first := s.person(storage.NewID("")).tokens(c).RefreshToken
			second := s.post("/token", refreshForm(first), c).tokens(s.t).RefreshToken
			s.post("/token", refreshForm(second), c)
			return s.post("/token", refreshForm(first), c)
		}},
	}
}

// Only a developer learns it, on a page or where the server runs: what programs get is the
// same for all.
func TestDevelopersAloneAreToldWhatDiffers(t *testing.T) {
	dev := newServerAt(t, storagetest.SQLite(t), "", func(c *Config) { c.Dev = true })
	production := newServer(t, storagetest.SQLite(t))
	for _, mistakes := range []map[string]mistake{mistakesAtAuthorize(), mistakesAtToken()} {
		for what, m := range mistakes {
			before := dev.log.len()
			a := m.make(dev)
			onPage := strings.HasPrefix(a.Header.Get("Content-Type"), "text/html")
			page, log := html.UnescapeString(string(a.body)), dev.log.since(before)
			if told := strings.Contains(page, m.tells); told != onPage || !told && !strings.Contains(log, m.tells) {
				t.Errorf("%s: a developer is not told %q, or programs are:\n%s\n%s", what, m.tells, page, log)
			}
			before = production.log.len()
			a = m.make(production)
			if got := html.UnescapeString(string(a.body)) + production.log.since(before); strings.Contains(got, m.tells) {
				t.Errorf("%s: everybody is told:\n%s", what, got)
			}
		}
	}
}
