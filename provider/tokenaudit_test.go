package provider

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/keys"
)

func TestTokensAndRefusedOnesLeaveAnEvent(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, agent, ada := s.app(), s.agent(), s.person("ada")
		expect := func(kind, outcome string, c login, method string) {
			t.Helper()
			if e := s.recorded.last(t, kind); e.Outcome != outcome || e.ClientID != c.id || e.Method != method {
				t.Errorf("%+v", e)
			}
		}
		s.agentToken(agent)
		expect(audit.TokenIssued, audit.Success, agent, "client_credentials")
		tokens := ada.tokens(app)
		expect(audit.TokenIssued, audit.Success, app, "authorization_code")
		s.refresh(app, tokens.RefreshToken).ok(t)
		expect(audit.TokenRefreshed, audit.Success, app, "refresh_token")

		s.redeemWith(app, ada.code(app), [2]string{"code", "symbolon_ac_made-up"}).refused(t, http.StatusBadRequest, "invalid_grant")
		expect(audit.TokenIssued, audit.Refused, app, "authorization_code")
		s.refresh(app, strings.ToUpper(tokens.RefreshToken)).refused(t, http.StatusBadRequest, "invalid_grant")
		expect(audit.TokenRefreshed, audit.Refused, app, "refresh_token")
	})
}

// Afterwards it is known which secret, key or certificate was used, for whom, where and for what.
func TestEventOfATokenNamesUserResourceScopesAndCredential(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, agent, ada := s.app(), s.agent(), s.person("ada")
		expect := func(kind string, want audit.Event) {
			t.Helper()
			e := s.recorded.last(t, kind)
			want.Type, want.Outcome, want.Method, want.TraceID, want.IP = kind, e.Outcome, e.Method, e.TraceID, e.IP
			if e != want {
				t.Errorf("%+v\nwant %+v", e, want)
			}
		}
		secretOf := func(l login) string { return s.client(l.id).Secrets[0].ID }
		held := func(token string) (resource, scopes string) {
			claims, ok := s.Provider.tokens.OpenAccess(token)
			if !ok || len(claims.Audience) == 0 || claims.Scope == "" {
				t.Fatalf("%+v", claims)
			}
			return strings.Join(claims.Audience, " "), claims.Scope
		}
		resource, scopes := held(s.agentToken(agent))
		expect(audit.TokenIssued, audit.Event{ClientID: agent.id, Resource: resource, Scopes: scopes, CredentialID: secretOf(agent)})

		tokens := ada.tokens(app)
		resource, scopes = held(tokens.AccessToken)
		want := audit.Event{ClientID: app.id, UserID: ada.user.ID, Resource: resource, Scopes: scopes, CredentialID: secretOf(app)}
		expect(audit.TokenIssued, want)
		s.refresh(app, tokens.RefreshToken).ok(t)
		expect(audit.TokenRefreshed, want)
		s.refresh(app, strings.ToUpper(tokens.RefreshToken)).refused(t, http.StatusBadRequest, "invalid_grant")
		expect(audit.TokenRefreshed, audit.Event{ClientID: app.id, CredentialID: secretOf(app), Reason: "invalid_grant"})

		k := newHolder(t)
		keyHolder := s.agent(keyed(k))
		s.post("/token", asserting(s.assertion(k, keyHolder.id))).ok(t)
		if e := s.recorded.last(t, audit.TokenIssued); e.ClientID != keyHolder.id || e.CredentialID != keys.Thumbprints(s.client(keyHolder.id).JWKS)[0] {
			t.Errorf("by assertion: %+v", e)
		}
	})
}

func TestUnregisteredRedirectURILeavesAnEvent(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		a := s.get("/authorize?" + url.Values{
			"client_id": {app.id}, "response_type": {"code"}, "redirect_uri": {"https://evil.example/cb"}, "code_challenge": {challengeOf(verifier)},
			"code_challenge_method": {"S256"},
		}.Encode())
		if a.StatusCode != http.StatusBadRequest {
			t.Fatal(a.Status)
		}
		if e := s.recorded.last(t, audit.GrantCreated); e.Outcome != audit.Refused || e.Reason != "redirect_uri" || e.ClientID != app.id {
			t.Errorf("%+v", e)
		}
	})
}

func TestFailuresBeyondTheLimitAreNotRecorded(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		agent := s.agent()
		agent.secret += "x"
		for range 3 * 20 {
			s.post("/token", url.Values{"grant_type": {"client_credentials"}}, agent)
		}
		n := 0
		for _, e := range s.recorded.events {
			if e.Type == audit.ClientAuth {
				n++
			}
		}
		if n != 20 {
			t.Errorf("%d events of %d attempts, %d of which were judged", n, 3*20, 20)
		}
	})
}
