package provider

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func (s *server) revokes(caller login, token string, hint ...string) *answer {
	s.t.Helper()
	form := url.Values{"token": {token}, "token_type_hint": hint}
	if caller.secret == "" {
		form.Set("client_id", caller.id)
		return s.post("/revoke", form)
	}
	return s.post("/revoke", form, caller)
}

func (a *answer) ok(t testing.TB) {
	t.Helper()
	if a.StatusCode != http.StatusOK {
		t.Fatalf("got %d %s", a.StatusCode, a.body)
	}
}

func TestTokenOfAnotherClientIsNotRevoked(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, stranger, agent := s.app(), s.app(), s.agent()
		tokens := s.person("ada").tokens(app)
		agentToken := s.agentToken(agent)
		for _, token := range []string{tokens.AccessToken, tokens.RefreshToken, agentToken} {
			s.revokes(stranger, token).refused(t, http.StatusBadRequest, "invalid_grant")
		}
		if e := s.recorded.last(t, audit.TokenRevoked); e.Outcome != audit.Refused {
			t.Errorf("recorded %+v", e)
		}
		s.inspected(app, tokens.AccessToken).active(t)
		s.inspected(app, tokens.RefreshToken).active(t)
		s.inspected(agent, agentToken).active(t)
	})
}

func TestRevokingNothingIsAnError(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c := s.agent()
	s.post("/revoke", url.Values{}, c).refused(t, http.StatusBadRequest, "invalid_request")
	s.post("/revoke", url.Values{"token": {""}}, c).refused(t, http.StatusBadRequest, "invalid_request")
	s.post("/revoke", url.Values{"token": {"x"}}).refused(t, http.StatusUnauthorized, "invalid_client")
	s.post("/revoke", url.Values{"token": {"x"}}, login{id: c.id, secret: "wrong"}).refused(t, http.StatusUnauthorized, "invalid_client")
}

func TestOutageIsNeverARevocation(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		tokens := s.person("ada").tokens(app)
		healthy := s.Deps
		s.onto(func(d *Deps) { d.Tokens, d.Grants = outage{d.Tokens}, readOnly{d.Grants} })
		for _, token := range []string{tokens.AccessToken, tokens.RefreshToken} {
			a := s.revokes(app, token)
			a.refused(t, http.StatusServiceUnavailable, "temporarily_unavailable")
			if a.Header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		}
		s.onto(func(d *Deps) { *d = healthy })
		s.inspected(app, tokens.AccessToken).active(t)
		s.revokes(app, tokens.RefreshToken).ok(t)
		s.inspected(app, tokens.AccessToken).inactive(t)
	})
}

func TestUnknownTokenIsRevokedAlready(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	tokens := s.person("ada").tokens(app)
	for _, token := range []string{"x", tokens.IDToken, tokens.RefreshToken[:len(tokens.RefreshToken)-1], tokens.AccessToken + "x"} {
		s.revokes(app, token).ok(t)
	}
	s.inspected(app, tokens.AccessToken).active(t)
	s.inspected(app, tokens.RefreshToken).active(t)
}

func TestRevokedRefreshTokenEndsItsGrant(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		for _, hint := range []string{"refresh_token", "access_token", "nonsense", ""} {
			app, b := s.app(), s.person("ada"+hint)
			tokens := b.tokens(app)
			s.revokes(app, tokens.RefreshToken, hint).ok(t)
			s.inspected(app, tokens.RefreshToken).inactive(t)
			s.inspected(app, tokens.AccessToken).inactive(t)
			s.revokes(app, tokens.RefreshToken, hint).ok(t)
			form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.RefreshToken}}
			s.post("/token", form, app).refused(t, http.StatusBadRequest, "invalid_grant")
			another := b.tokens(app)
			s.inspected(app, another.AccessToken).active(t)
		}
	})
}

func TestRevokedAccessTokenEndsAlone(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		for _, hint := range []string{"access_token", "refresh_token", "nonsense", ""} {
			app, agent := s.app(), s.agent()
			tokens := s.person("ada" + hint).tokens(app)
			s.revokes(app, tokens.AccessToken, hint).ok(t)
			s.inspected(app, tokens.AccessToken).inactive(t)
			s.inspected(app, tokens.RefreshToken).active(t)
			s.revokes(app, tokens.AccessToken, hint).ok(t)

			first, second := s.agentToken(agent), s.agentToken(agent)
			s.revokes(agent, first, hint).ok(t)
			s.inspected(agent, first).inactive(t)
			s.inspected(agent, second).active(t)
		}
	})
}

func TestPublicClientRevokesByItsID(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, stranger := s.app(public), s.app(public)
	server := s.agent(serves(s.Issuer))
	tokens := s.person("ada").tokens(app)
	s.revokes(stranger, tokens.RefreshToken).refused(t, http.StatusBadRequest, "invalid_grant")
	s.inspected(server, tokens.AccessToken).active(t)
	s.revokes(app, tokens.RefreshToken).ok(t)
	s.inspected(server, tokens.AccessToken).inactive(t)
}

func TestRevocationIsOneCommit(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		tokens := s.person("ada").tokens(app)
		for _, token := range []string{tokens.AccessToken, tokens.RefreshToken} {
			before := s.db.Stats()
			s.revokes(app, token).ok(t)
			after := s.db.Stats()
			if commits := after.Commits - before.Commits; commits != 1 {
				t.Errorf("%d commits", commits)
			}
		}
	})
}
