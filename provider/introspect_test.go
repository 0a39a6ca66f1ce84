package provider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func serves(resource string) func(*storage.Client) {
	return func(c *storage.Client) { c.Serves = []string{resource} }
}

func (s *server) inspected(caller login, token string) *answer {
	s.t.Helper()
	return s.post("/introspect", url.Values{"token": {token}}, caller)
}

// inactive checks that an answer says no, and nothing more.
func (a *answer) inactive(t testing.TB) {
	t.Helper()
	if a.StatusCode != http.StatusOK || string(a.body) != `{"active":false}` || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("got %d %s", a.StatusCode, a.body)
	}
}

func (a *answer) active(t testing.TB) {
	t.Helper()
	if a.StatusCode != http.StatusOK || a.json(t, "active") != true || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("got %d %s", a.StatusCode, a.body)
	}
}

func TestOnlyConfidentialClientsMayIntrospect(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c, publicApp := s.agent(), s.app(public)
		token := s.agentToken(c)
		form := url.Values{"token": {token}}
		s.post("/introspect", form).refused(t, http.StatusUnauthorized, "invalid_client")
		s.post("/introspect", form, login{id: c.id, secret: "wrong"}).refused(t, http.StatusUnauthorized, "invalid_client")
		s.post("/introspect", url.Values{"token": {token}, "client_id": {publicApp.id}}).refused(t, http.StatusUnauthorized, "invalid_client")
		s.post("/introspect", url.Values{"token": {token}, "client_id": {c.id}}).refused(t, http.StatusUnauthorized, "invalid_client")

		r := request(t, http.MethodPost, s.endpoint("/introspect"), form)
		r.Header.Set("Authorization", "Bearer "+token)
		s.do(r).refused(t, http.StatusUnauthorized, "invalid_client")
		s.inspected(c, token).active(t)
	})
}

func TestTokenOfOthersIsInactive(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c, stranger := s.agent(), s.agent(serves("https://unrelated.example"))
		person := s.person("ada")
		app := s.app()
		tokens := person.tokens(app, [2]string{"scope", "openid offline_access"})
		s.inspected(stranger, s.agentToken(c)).inactive(t)
		s.inspected(stranger, tokens.AccessToken).inactive(t)
		s.inspected(stranger, tokens.RefreshToken).inactive(t)
		s.inspected(stranger, tokens.IDToken).inactive(t)
		s.inspected(app, tokens.AccessToken).active(t)
		s.inspected(app, tokens.RefreshToken).active(t)
	})
}

func TestServerOfAResourceMayIntrospectItsTokensOnly(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c := s.agent()
	server, other := s.agent(serves("https://mcp.example/mcp")), s.agent(serves("https://other.example"))
	token := s.agentToken(c, "https://mcp.example/mcp")
	s.inspected(other, token).inactive(t)
	s.inspected(server, token).active(t)
	s.inspected(server, s.agentToken(c, "https://other.example")).inactive(t)
	s.inspected(server, s.agentToken(c, "https://other.example", "https://mcp.example/mcp")).active(t)
}

func TestWhatIsNoTokenIsInactive(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		person := s.person("ada")
		tokens := person.tokens(app, [2]string{"scope", "openid offline_access"})
		code := person.code(app)
		parts := strings.Split(tokens.AccessToken, ".")
		for name, token := range map[string]string{
			"unknown": "x", "dots": strings.Repeat(".", 4000), "code": code, "ID token": tokens.IDToken, "refresh prefix": storage.RefreshPrefix,
			"odd grant": storage.RefreshPrefix + "a.1.b", "session": storage.NewID(storage.SessionPrefix), "truncated": tokens.AccessToken[:len(tokens.AccessToken)-1],
			"no signature": parts[0] + "." + parts[1] + ".", "space behind": tokens.AccessToken + " ", "line break": tokens.AccessToken + "\n",
			"alg none":                      "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0." + parts[1] + ".",
			"refresh, truncated":            tokens.RefreshToken[:len(tokens.RefreshToken)-1],
			"refresh, more":                 tokens.RefreshToken + "A",
			"refresh, next generation":      strings.Replace(tokens.RefreshToken, ".1.", ".2.", 1),
			"refresh, generation respelt":   strings.Replace(tokens.RefreshToken, ".1.", ".01.", 1),
			"refresh, generation with sign": strings.Replace(tokens.RefreshToken, ".1.", ".+1.", 1),
		} {
			t.Run(name, func(t *testing.T) { s.inspected(app, token).inactive(t) })
		}
		s.post("/introspect", url.Values{"token": {""}}, app).refused(t, http.StatusBadRequest, "invalid_request")
		s.post("/introspect", url.Values{}, app).refused(t, http.StatusBadRequest, "invalid_request")
		s.inspected(app, tokens.AccessToken).active(t)
	})
}

// Only the exact string is a refresh token: no other last character, no other byte anywhere.
func TestRefreshTokenHasOneSpelling(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	token := s.person("ada").tokens(app, [2]string{"scope", "openid offline_access"}).RefreshToken
	for i := range token {
		for _, other := range "A0_.-" {
			if rune(token[i]) == other {
				continue
			}
			changed := token[:i] + string(other) + token[i+1:]
			if a := s.post("/introspect", url.Values{"token": {changed}}, app); a.json(t, "active") != false {
				t.Fatalf("byte %d as %c: %s", i, other, a.body)
			}
		}
	}
	if a := s.post("/introspect", url.Values{"token": {token}}, app); a.json(t, "active") != true {
		t.Fatalf("the token itself: %s", a.body)
	}
}

func TestExpiredTokensAreInactive(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, agent := s.app(), s.agent()
	tokens := s.person("ada").tokens(app, [2]string{"scope", "openid offline_access"})
	agentToken := s.agentToken(agent)
	s.wait(s.AccessTokenTTL)
	s.inspected(app, tokens.AccessToken).inactive(t)
	s.inspected(agent, agentToken).active(t)
	s.wait(s.AgentAccessTokenTTL - s.AccessTokenTTL)
	s.inspected(agent, agentToken).inactive(t)
	s.inspected(app, tokens.RefreshToken).active(t)
	s.wait(s.RefreshIdle)
	s.inspected(app, tokens.RefreshToken).inactive(t)
}

// Whatever a token depends on ends it at once, on the next question.
func TestTokenDiesWithWhatItStandsOn(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		for name, end := range map[string]func(b *browser, app login) error{
			"user disabled":   func(b *browser, _ login) error { return s.db.SetUserDisabled(s.ctx(), b.user.ID, s.now()) },
			"user deleted":    func(b *browser, _ login) error { return s.db.DeleteUser(s.ctx(), b.user.ID) },
			"signed out":      func(b *browser, _ login) error { return s.db.EndUserSessions(s.ctx(), b.user.ID, "", s.now()) },
			"consent revoked": func(b *browser, app login) error { return s.db.WithdrawConsent(s.ctx(), b.user.ID, app.id) },
		} {
			t.Run(name, func(t *testing.T) {
				app, b := s.app(), s.person(strings.ReplaceAll(name, " ", ""))
				server := s.agent(func(c *storage.Client) { c.Serves = []string{s.Issuer} })
				tokens := b.tokens(app)
				s.inspected(app, tokens.AccessToken).active(t)
				s.inspected(app, tokens.RefreshToken).active(t)
				must(t, end(b, app))
				s.inspected(app, tokens.AccessToken).inactive(t)
				s.inspected(app, tokens.RefreshToken).inactive(t)
				s.inspected(server, tokens.AccessToken).inactive(t)
			})
		}
	})
}

func TestAgentTokenDiesWithItsAgent(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c, server := s.agent(), s.agent(serves("https://mcp.example/mcp"))
		token := s.agentToken(c)
		s.inspected(server, token).active(t)
		s.must(s.db.SetClientDisabled(s.ctx(), c.id, s.now()))
		s.inspected(server, token).inactive(t)
		s.must(s.db.SetClientDisabled(s.ctx(), c.id, time.Time{}))
		s.inspected(server, token).inactive(t)
		token = s.agentToken(c)
		s.inspected(server, token).active(t)
		s.must(s.db.DeleteClient(s.ctx(), c.id))
		s.inspected(server, token).inactive(t)
	})
}

func TestOfflineTokensOutliveTheSession(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, b := s.app(), s.person("ada")
	tokens := b.tokens(app, [2]string{"scope", "openid offline_access"})
	s.must(s.db.EndUserSessions(s.ctx(), b.user.ID, "", s.now()))
	s.inspected(app, tokens.AccessToken).active(t)
	s.inspected(app, tokens.RefreshToken).active(t)
}

func TestHintIsOnlyAHint(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	tokens := s.person("ada").tokens(app, [2]string{"scope", "openid offline_access"})
	for _, hint := range []string{"access_token", "refresh_token", "nonsense", ""} {
		for _, token := range []string{tokens.AccessToken, tokens.RefreshToken} {
			s.post("/introspect", url.Values{"token": {token}, "token_type_hint": {hint}}, app).active(t)
		}
	}
}

func TestActiveAnswerTellsWhatTheTokenIs(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, b := s.app(), s.person("ada")
	server := s.agent(func(c *storage.Client) { c.Serves = []string{s.Issuer} })
	tokens := b.tokens(app, [2]string{"scope", "openid email"})
	var own, served introspected
	must(t, json.Unmarshal(s.inspected(app, tokens.AccessToken).body, &own))
	must(t, json.Unmarshal(s.inspected(server, tokens.AccessToken).body, &served))
	if own.Issuer != s.Issuer || own.Subject != b.user.ID || own.ClientID != app.id || own.TokenType != "Bearer" || own.JTI == "" ||
		own.ExpiresAt-own.IssuedAt != int64(s.AccessTokenTTL/time.Second) || own.Audience != s.Issuer {
		t.Errorf("own: %+v", own)
	}
	if own.SessionID == "" || served.SessionID != "" {
		t.Error("the session is told to others, or not to its client")
	}
	if strings.Contains(string(s.inspected(server, tokens.AccessToken).body), b.user.Email) {
		t.Error("the address is told")
	}
}

func TestOutageIsNotInactive(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c := s.agent()
		token := s.agentToken(c)
		s.onto(func(d *Deps) { d.Tokens = outage{d.Tokens} })
		a := s.inspected(c, token)
		a.refused(t, http.StatusServiceUnavailable, "temporarily_unavailable")
		if a.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	})
}

func TestIntrospectionIsTwoReads(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		tokens := s.person("ada").tokens(app)
		for _, token := range []string{tokens.AccessToken, tokens.RefreshToken} {
			before := s.db.Stats()
			s.inspected(app, token).active(t)
			after := s.db.Stats()
			if reads, writes := after.Statements-before.Statements, after.Writes-before.Writes; reads > 2 || writes != 0 {
				t.Errorf("%d statements, %d writes", reads, writes)
			}
		}
	})
}
