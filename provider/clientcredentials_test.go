package provider

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func (s *server) asks(c login, more ...[2]string) *answer {
	s.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}}
	for _, m := range more {
		form.Add(m[0], m[1])
	}
	return s.post("/token", form, c)
}

func TestGrantTypeIsExact(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c := s.agent()
	for grant, want := range map[string]string{
		"": "invalid_request", "CLIENT_CREDENTIALS": "unsupported_grant_type", "password": "unsupported_grant_type",
		"client_credentials refresh_token": "unsupported_grant_type", "implicit": "unsupported_grant_type",
	} {
		s.post("/token", url.Values{"grant_type": {grant}, "x": {"y"}}, c).refused(t, http.StatusBadRequest, want)
	}
}

func TestGrantsOfOtherClientsAreRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	agent, app, public := s.agent(), s.app(), s.app(public)
	s.asks(app).refused(t, http.StatusBadRequest, "unauthorized_client")
	s.post("/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {public.id}}).refused(t, http.StatusBadRequest, "unauthorized_client")
	s.redeemWith(agent, "x").refused(t, http.StatusBadRequest, "unauthorized_client")
	s.refresh(agent, "x").refused(t, http.StatusBadRequest, "unauthorized_client")
}

func TestAgentGetsOnlyWhatItHolds(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c := s.agent()
		s.asks(c, [2]string{"scope", "c"}).refused(t, http.StatusBadRequest, "invalid_scope")
		s.asks(c, [2]string{"scope", "A"}).refused(t, http.StatusBadRequest, "invalid_scope")
		for asked, want := range map[string]string{"": "a b", "a": "a", "b c": "b", "b a": "b a"} {
			if got := s.asks(c, [2]string{"scope", asked}).json(t, "scope"); got != want {
				t.Errorf("asked %q, got %q", asked, got)
			}
		}
	})
}

// What only a person can grant is not an account's, even if it is registered.
func TestAgentGetsNoIDTokenAndNoRefreshToken(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c := s.agent(func(c *storage.Client) { c.Scopes = []string{"openid", "offline_access", "a"} })
	s.asks(c, [2]string{"scope", "openid"}).refused(t, http.StatusBadRequest, "invalid_scope")
	a := s.asks(c)
	if a.json(t, "scope") != "a" || a.json(t, "id_token") != nil || a.json(t, "refresh_token") != nil {
		t.Errorf("got %s", a.body)
	}
}

func TestResourceDecidesTheAudience(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c, bare := s.agent(), s.agent(func(c *storage.Client) { c.Audiences = nil })
		for _, resource := range []string{"https://unknown.example", "https://mcp.example", "HTTPS://mcp.example/mcp", "relative", "https://mcp.example/mcp#x"} {
			s.asks(c, [2]string{"resource", resource}).refused(t, http.StatusBadRequest, "invalid_target")
		}
		s.asks(bare, [2]string{"resource", "https://mcp.example/mcp"}).refused(t, http.StatusBadRequest, "invalid_target")
		for _, test := range []struct {
			client   login
			resource []string
			want     any
		}{
			{c, nil, "https://mcp.example/mcp"},
			{bare, nil, s.Issuer},
			{c, []string{"https://other.example"}, "https://other.example"},
			{c, []string{"https://other.example/"}, "https://other.example"},
			{c, []string{"https://mcp.example/mcp/"}, "https://mcp.example/mcp"},
		} {
			if got := claimsOf(t, s.agentToken(test.client, test.resource...))["aud"]; got != test.want {
				t.Errorf("%v: aud %v", test.resource, got)
			}
		}
		both, _ := claimsOf(t, s.agentToken(c, "https://other.example", "https://mcp.example/mcp"))["aud"].([]any)
		if len(both) != 2 {
			t.Errorf("two resources gave %v", both)
		}
	})
}

func TestAgentTokenIsRFC9068(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c := s.agent(func(c *storage.Client) { c.AccessTokenTTL = 5 * time.Minute })
		a := s.asks(c)
		if a.json(t, "token_type") != "Bearer" || a.json(t, "expires_in") != 300.0 || a.json(t, "scope") != "a b" {
			t.Errorf("got %s", a.body)
		}
		if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Pragma") != "no-cache" || a.Header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", a.Header)
		}
		token := a.json(t, "access_token").(string)
		_, header, err := s.Keys.Verify(token, "at+jwt")
		must(t, err)
		claims := claimsOf(t, token)
		if header.Alg != "RS256" || header.Typ != "at+jwt" || header.KID == "" {
			t.Errorf("header %+v", header)
		}
		if claims["iss"] != s.Issuer || claims["sub"] != c.id || claims["client_id"] != c.id || claims["exp"].(float64)-claims["iat"].(float64) != 300 {
			t.Errorf("claims %v", claims)
		}
		for _, person := range []string{"sid", "auth_time", "acr", "amr", "grant_id", "nonce"} {
			if claims[person] != nil {
				t.Errorf("an agent's token has %s", person)
			}
		}
	})
}

// An agent switched off and on again gets new tokens at once, and the old ones stay dead.
func TestDisablingEndsTokensForGood(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c := s.agent()
		old := s.agentToken(c)
		s.must(s.db.SetClientDisabled(s.ctx(), c.id, s.now()))
		s.asks(c).refused(t, http.StatusUnauthorized, "invalid_client")
		s.must(s.db.SetClientDisabled(s.ctx(), c.id, time.Time{}))
		fresh := s.agentToken(c)
		s.inspected(c, old).inactive(t)
		s.inspected(c, fresh).active(t)
	})
}

func TestAgentTokenIsOneReadAndNoWrite(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c := s.agent()
		before := s.db.Stats()
		s.agentToken(c)
		if used := spentSince(before, s.db.Stats()); used.Statements != 1 || used.Writes != 0 || used.Commits != 0 {
			t.Errorf("a token took %+v, one read is allowed", used)
		}
	})
}

func TestTokensNeverRepeat(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c, seen := s.agent(func(c *storage.Client) { c.SigningAlg = "ES256" }), map[any]bool{}
	for range 200 {
		jti := claimsOf(t, s.agentToken(c))["jti"]
		if seen[jti] || len(strings.TrimSpace(jti.(string))) < 22 {
			t.Fatalf("jti %v", jti)
		}
		seen[jti] = true
	}
}
