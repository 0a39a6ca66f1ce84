package provider

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// ask sends a request to /userinfo with these Authorization headers.
func (s *server) ask(method string, form url.Values, authorization ...string) *answer {
	s.t.Helper()
	r := request(s.t, method, s.endpoint("/userinfo"), form)
	r.Header["Authorization"] = authorization
	return s.do(r)
}

func TestWithoutATokenThereIsNoErrorToName(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	token := s.person("ada").tokens(app).AccessToken
	cookie := request(t, http.MethodGet, s.endpoint("/userinfo"), nil)
	cookie.AddCookie(&http.Cookie{Name: "access_token", Value: token})
	asPassword := request(t, http.MethodGet, s.endpoint("/userinfo"), nil)
	asPassword.SetBasicAuth("x", token)
	asUser := request(t, http.MethodGet, s.endpoint("/userinfo"), nil)
	asUser.SetBasicAuth(token, "")
	for name, a := range map[string]*answer{
		"GET": s.ask(http.MethodGet, nil), "POST": s.ask(http.MethodPost, nil), "empty form": s.ask(http.MethodPost, url.Values{}),
		"cookie": s.do(cookie), "as password": s.do(asPassword), "as user": s.do(asUser),
	} {
		header := a.Header.Get("WWW-Authenticate")
		if a.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(header, "Bearer ") || strings.Contains(header, "error") {
			t.Errorf("%s: %d, WWW-Authenticate: %s", name, a.StatusCode, header)
		}
	}
}

func TestBadTokenGetsNothing(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, b := s.app(), s.person("ada")
		revoked, live := b.tokens(app), b.tokens(app, [2]string{"scope", "openid offline_access"})
		s.revokes(app, revoked.AccessToken).ok(t)
		for name, token := range map[string]string{
			"garbage": "x", "ID token": live.IDToken, "refresh token": live.RefreshToken, "revoked": revoked.AccessToken,
			"changed": live.AccessToken[:len(live.AccessToken)-1], "two tokens joined": live.AccessToken + "." + live.AccessToken,
		} {
			t.Run(name, func(t *testing.T) {
				a := s.ask(http.MethodGet, nil, "Bearer "+token)
				a.refused(t, http.StatusUnauthorized, "invalid_token")
				if !strings.Contains(a.Header.Get("WWW-Authenticate"), `error="invalid_token"`) {
					t.Errorf("WWW-Authenticate: %s", a.Header.Get("WWW-Authenticate"))
				}
			})
		}
		s.ask(http.MethodGet, nil, "Bearer "+live.AccessToken).ok(t)
		s.must(s.db.SetUserDisabled(s.ctx(), b.user.ID, s.now()))
		s.ask(http.MethodGet, nil, "Bearer "+live.AccessToken).refused(t, http.StatusUnauthorized, "invalid_token")
	})
}

func TestExpiredTokenGetsNothing(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	token := s.person("ada").tokens(s.app()).AccessToken
	s.wait(s.AccessTokenTTL)
	s.ask(http.MethodGet, nil, "Bearer "+token).refused(t, http.StatusUnauthorized, "invalid_token")
}

func TestTokenSentOddlyIsRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	token := s.person("ada").tokens(s.app()).AccessToken
	form := url.Values{"access_token": {token}}
	twice := url.Values{"access_token": {token, token}}
	inURL := request(t, http.MethodGet, s.endpoint("/userinfo?access_token="+token), nil)
	inBoth := request(t, http.MethodGet, s.endpoint("/userinfo?access_token="+token), nil)
	inBoth.Header.Set("Authorization", "Bearer "+token)
	for name, a := range map[string]*answer{
		"in the URL": s.do(inURL), "in the URL and the header": s.do(inBoth),
		"header and body": s.ask(http.MethodPost, form, "Bearer "+token), "twice in the body": s.ask(http.MethodPost, twice),
		"two headers": s.ask(http.MethodGet, nil, "Bearer "+token, "Bearer "+token), "two spaces": s.ask(http.MethodGet, nil, "Bearer  "+token),
		"no token": s.ask(http.MethodGet, nil, "Bearer"), "two tokens": s.ask(http.MethodGet, nil, "Bearer "+token+" x"),
	} {
		t.Run(name, func(t *testing.T) {
			a.refused(t, http.StatusBadRequest, "invalid_request")
			if strings.Contains(string(a.body), token) || a.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%v %s", a.Header, a.body)
			}
		})
	}
}

func TestTokenWithoutOpenIDIsNotEnough(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	person := s.person("ada").tokens(s.app(), [2]string{"scope", "email"}).AccessToken
	for _, token := range []string{person, s.agentToken(s.agent())} {
		a := s.ask(http.MethodGet, nil, "Bearer "+token)
		a.refused(t, http.StatusForbidden, "insufficient_scope")
		if !strings.Contains(a.Header.Get("WWW-Authenticate"), `scope="openid"`) {
			t.Errorf("WWW-Authenticate: %s", a.Header.Get("WWW-Authenticate"))
		}
	}
}

func TestClaimsAreThoseOfTheScopes(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, b := s.app(), s.person("ada")
	for scope, want := range map[string][]string{
		"openid":               {"sub"},
		"openid email":         {"email", "email_verified", "sub"},
		"openid profile":       {"name", "sub", "updated_at"},
		"openid profile email": {"email", "email_verified", "name", "sub", "updated_at"},
	} {
		token := b.tokens(app, [2]string{"scope", scope}).AccessToken
		form := url.Values{"access_token": {token}}
		for _, a := range []*answer{
			s.ask(http.MethodGet, nil, "Bearer "+token), s.ask(http.MethodGet, nil, "bearer "+token), s.ask(http.MethodPost, nil, "Bearer "+token), s.ask(http.MethodPost, form),
		} {
			a.ok(t)
			claims := map[string]any{}
			must(t, json.Unmarshal(a.body, &claims))
			if got := slices.Sorted(maps.Keys(claims)); !slices.Equal(got, want) || claims["sub"] != b.user.ID {
				t.Errorf("%s: %v", scope, claims)
			}
			if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Access-Control-Allow-Origin") != "*" || a.Header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("headers %v", a.Header)
			}
		}
	}
}

func TestUserinfoIsOneRead(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		token := s.person("ada").tokens(s.app()).AccessToken
		before := s.db.Stats()
		s.ask(http.MethodGet, nil, "Bearer "+token).ok(t)
		after := s.db.Stats()
		if reads, writes := after.Statements-before.Statements, after.Writes-before.Writes; reads != 1 || writes != 0 {
			t.Errorf("%d statements, %d writes", reads, writes)
		}
	})
}

func TestOutageIsNotAnInvalidToken(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	token := s.person("ada").tokens(s.app()).AccessToken
	s.onto(func(d *Deps) { d.Tokens = outage{d.Tokens} })
	a := s.ask(http.MethodGet, nil, "Bearer "+token)
	a.refused(t, http.StatusServiceUnavailable, "temporarily_unavailable")
	if a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// Groups are returned when asked for, as they are now, and an empty list is an answer too.
func TestGroupsAreThoseOfTheMoment(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app(func(c *storage.Client) { c.Scopes = append(c.Scopes, "groups") })
		ada := s.person("ada")
		tokens := ada.tokens(app, [2]string{"scope", "openid groups"})
		if groups, ok := claimsOf(t, tokens.IDToken)["groups"].([]any); !ok || len(groups) != 0 {
			t.Errorf("in none: %v", groups)
		}
		ada.user.Groups = []string{"on call", "engineering"}
		s.must(s.db.SetUserGroups(s.ctx(), &ada.user))
		next := s.refresh(app, tokens.RefreshToken).json(t, "id_token").(string)
		if groups, _ := claimsOf(t, next)["groups"].([]any); len(groups) != 2 || groups[0] != "on call" {
			t.Errorf("in two: %v", groups)
		}
		if without := claimsOf(t, ada.tokens(app, [2]string{"scope", "openid email"}).IDToken); without["groups"] != nil {
			t.Errorf("not asked for: %v", without["groups"])
		}
	})
}
