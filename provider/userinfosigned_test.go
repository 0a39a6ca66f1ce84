package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

func TestUserinfoIsSignedForWhoRegisteredThat(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		for _, alg := range s.Keys.Algorithms() {
			app, ada := s.app(func(c *storage.Client) { c.UserInfoAlg = alg }), s.person("ada"+alg)
			tokens := ada.tokens(app, [2]string{"scope", "openid email"})
			told := s.ask(http.MethodGet, nil, "Bearer "+tokens.AccessToken)
			signed := string(told.body)
			if told.Header.Get("Content-Type") != "application/jwt" || told.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %v", alg, told.Header)
			}
			_, header, err := s.Keys.Verify(signed, "") // by our published key
			if err != nil || header.Alg != alg {
				t.Fatalf("%s: %+v %v", alg, header, err)
			}
			claims := claimsOf(t, signed)
			for name, want := range map[string]any{"iss": s.Issuer, "aud": app.id, "sub": ada.user.ID, "email": ada.user.Email} {
				if claims[name] != want {
					t.Errorf("%s: %s is %v", alg, name, claims[name])
				}
			}
		}
	})
}

func TestSignedUserinfoPassesForNoOtherToken(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(func(c *storage.Client) { c.UserInfoAlg = "RS256" }), s.person("ada")
		signed := string(s.ask(http.MethodGet, nil, "Bearer "+ada.tokens(app).AccessToken).body)
		if strings.Count(signed, ".") != 2 {
			t.Fatalf("%q is no JWT", signed)
		}
		s.ask(http.MethodGet, nil, "Bearer "+signed).refused(t, http.StatusUnauthorized, "invalid_token")
		if got := ada.open(s.authorizeURL(app, [2]string{"id_token_hint", signed})).refusal(t, s, "state"); got != "invalid_request" {
			t.Errorf("as an id_token_hint: %s", got)
		}
	})
}

func TestFailuresOfSignedUserinfoAreStillJSON(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app(func(c *storage.Client) { c.UserInfoAlg = "RS256" })
		s.ask(http.MethodGet, nil, "Bearer "+s.person("ada").tokens(app, [2]string{"scope", "email"}).AccessToken).refused(t, http.StatusForbidden, "insufficient_scope")
	})
}
