package provider

import (
	"net/http"
	"slices"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func asking(claims string) [2]string { return [2]string{"claims", claims} }

func TestMalformedClaimsAreRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	for _, bad := range []string{
		`x`, `[]`, `"x"`, `1`, `{"userinfo":[]}`, `{"id_token":"email"}`, `{"userinfo":{"email":1}}`, `{"userinfo":{"email":{"essential":"yes"}}}`,
		`{"userinfo":{"email":null,"email":null}}`, `{"userinfo":{},"userinfo":{}}`, `{"id_token":{"sub":{"value":7}}}`, `{"id_token":{"acr":{"values":"mfa"}}}`,
		`{"id_token":{"sub":{"value":"u_A"}},"userinfo":{"sub":{"value":"u_B"}}}`, `{}x`,
	} {
		if got := s.get(s.authorizeURL(app, asking(bad))).refusal(t, s, "state"); got != "invalid_request" {
			t.Errorf("%s: %s", bad, got)
		}
	}
}

func TestClaimsOfAScopeTheClientLacksAreNotGiven(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app(func(c *storage.Client) { c.Scopes = []string{"openid", "profile"} })
		issued := s.person("ada").tokens(app, asking(`{"userinfo":{"email":{"essential":true},"phone_number":null},"id_token":{"email":null}}`))
		if issued.Scope != "openid" || claimsOf(t, issued.IDToken)["email"] != nil {
			t.Errorf("%+v", issued)
		}
	})
}

func TestAnswerIsAboutThePersonAskedForOrNobody(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada, bob := s.app(), s.person("ada"), s.person("bob")
		ada.code(app)
		about := asking(`{"id_token":{"sub":{"value":"` + bob.user.ID + `"}}}`)
		if got := ada.open(s.authorizeURL(app, about, [2]string{"prompt", "none"})).refusal(t, s, "state"); got != "login_required" {
			t.Errorf("got %s", got)
		}
		if got := ada.open(s.authorizeURL(app, about)).location(t).Query(); got.Get("error") != "login_required" || got.Has("code") {
			t.Errorf("as somebody else: %v", got)
		}
		bob.code(app, about)
	})
}

func TestEssentialACRIsReachedOrRefused(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		ada.code(app)
		for _, essential := range []string{`{"essential":true,"value":"phr"}`, `{"essential":true,"values":["phr","urn:symbolon:acr:mfa"]}`} {
			if got := ada.open(s.authorizeURL(app, asking(`{"id_token":{"acr":`+essential+`}}`))).refusal(t, s, "state"); got != "unmet_authentication_requirements" {
				t.Errorf("%s: %s", essential, got)
			}
		}
		for _, met := range []string{`null`, `{"essential":true}`, `{"value":"phr"}`, `{"essential":true,"values":["phr","urn:symbolon:acr:mail"]}`} {
			ada.code(app, asking(`{"id_token":{"acr":`+met+`}}`))
		}
	})
}

func TestClaimsAskedForByNameAreGiven(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		issued := ada.tokens(app, asking(`{"userinfo":{"name":null},"id_token":{"email":{"essential":true},"auth_time":{"essential":true}},"other":1}`))
		told := s.ask(http.MethodGet, nil, "Bearer "+issued.AccessToken)
		if claims := claimsOf(t, issued.IDToken); claims["email"] != ada.user.Email || claims["auth_time"] == nil || told.json(t, "name") != ada.user.Name {
			t.Errorf("%v %s", claims, told.body)
		}
		if issued.Scope != "email openid profile" {
			t.Errorf("scope %q", issued.Scope)
		}
		all, err := s.db.Connections(s.ctx(), ada.user.ID)
		s.must(err)
		if len(all) != 1 || !slices.Equal(all[0].Scopes, []string{"email", "openid", "profile name"}) {
			t.Errorf("the person has allowed %+v", all)
		}
	})
}
