package provider

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

const bye = "https://app.example/bye"

func logout(pairs ...string) string {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return "/logout?" + form.Encode()
}

// signedIn reports whether the browser could get a code without being asked anything.
func (b *browser) signedIn(c login) bool {
	b.s.t.Helper()
	return b.open(b.s.authorizeURL(c, [2]string{"prompt", "none"})).location(b.s.t).Query().Has("code")
}

func TestStrangerCannotSignAnybodyOut(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada, eve := s.app(), s.person("ada"), s.person("eve")
		before := ada.tokens(app).IDToken
		ada.submit("/logout", url.Values{"confirm": {"yes"}})
		tokens, stolen := ada.tokens(app), eve.tokens(app)
		for name, target := range map[string]string{
			"no hint":                  logout(),
			"client_id only":           logout("client_id", app.id, "post_logout_redirect_uri", bye),
			"hint of her last session": logout("id_token_hint", before, "post_logout_redirect_uri", bye),
			"encrypted hint":           logout("id_token_hint", "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d", "client_id", app.id),
			"state and hints only":     logout("state", "x", "logout_hint", "ada@example.com", "ui_locales", "de", "unknown", "x"),
			"hint of another":          logout("id_token_hint", stolen.IDToken, "post_logout_redirect_uri", bye),
			"access token as hint":     logout("id_token_hint", tokens.AccessToken),
			"changed hint":             logout("id_token_hint", tokens.IDToken[:len(tokens.IDToken)-1]),
			"confirmed by the link":    logout("confirm", "yes"),
		} {
			t.Run(name, func(t *testing.T) { ada.open(target).page(t, http.StatusOK) })
		}
		r := request(t, http.MethodPost, s.endpoint("/logout"), url.Values{"confirm": {"yes"}})
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if a := send(t, ada.Client, r); a.StatusCode == http.StatusOK && a.Header.Get("Set-Cookie") != "" {
			t.Errorf("another site signed ada out: %v", a.Header)
		}
		if !ada.signedIn(app) {
			t.Error("ada is signed out")
		}
		s.inspected(app, tokens.AccessToken).active(t)
	})
}

func TestUnregisteredAddressAfterSignOutIsRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(), s.person("ada")
	hint := ada.tokens(app).IDToken
	for _, uri := range []string{
		bye + "/", bye + "?x=1", bye + "#x", strings.ToUpper(bye), "https://evil.example/bye", "https://app.example@evil.example/bye", callback,
		"javascript:alert(1)", "data:text/html,x", "//app.example/bye", "/bye",
	} {
		ada.open(logout("id_token_hint", hint, "post_logout_redirect_uri", uri)).page(t, http.StatusBadRequest)
		ada.open(logout("client_id", app.id, "post_logout_redirect_uri", uri)).page(t, http.StatusBadRequest)
	}
	for name, target := range map[string]string{
		"nobody asks":       logout("post_logout_redirect_uri", bye),
		"unknown client":    logout("client_id", "c_UNKNOWN", "post_logout_redirect_uri", bye),
		"client mismatch":   logout("client_id", s.app().id, "id_token_hint", hint),
		"repeated":          logout("client_id", app.id, "post_logout_redirect_uri", bye) + "&post_logout_redirect_uri=" + url.QueryEscape(bye),
		"malformed":         "/logout?state=%zz",
		"hint is not valid": logout("id_token_hint", hint+"x", "post_logout_redirect_uri", bye),
	} {
		t.Run(name, func(t *testing.T) { ada.open(target).page(t, http.StatusBadRequest) })
	}
	s.must(s.db.SetClientDisabled(s.ctx(), app.id, s.now()))
	ada.open(logout("id_token_hint", hint, "post_logout_redirect_uri", bye)).page(t, http.StatusBadRequest)
}

func TestApplicationSignsItsPersonOut(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		tokens := ada.tokens(app)
		offline := ada.tokens(app, [2]string{"scope", "openid offline_access"})
		const state = "a&b=c#d <e>\r\n"
		s.wait(s.IDTokenTTL) // an expired hint is still one
		a := ada.open(logout("id_token_hint", tokens.IDToken, "post_logout_redirect_uri", bye, "state", state))
		to := a.location(t)
		if a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to.String(), bye+"?") || to.Query().Get("state") != state {
			t.Errorf("%d to %s", a.StatusCode, to)
		}
		if a.Header.Get("Referrer-Policy") != "no-referrer" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", a.Header)
		}
		if e := s.recorded.last(t, audit.SignOut); e.UserID != ada.user.ID || e.ClientID != app.id || e.Target == "" {
			t.Errorf("recorded %+v", e)
		}
		if ada.signedIn(app) {
			t.Error("still signed in")
		}
		s.inspected(app, tokens.RefreshToken).inactive(t)
		s.inspected(app, offline.RefreshToken).active(t)
		form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.RefreshToken}}
		s.post("/token", form, app).refused(t, http.StatusBadRequest, "invalid_grant")
	})
}

func TestPersonConfirms(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(), s.person("ada")
	ada.tokens(app)
	form := url.Values{"client_id": {app.id}, "post_logout_redirect_uri": {bye}, "state": {"s"}}
	page := ada.open("/logout?" + form.Encode())
	page.page(t, http.StatusOK)
	for _, part := range []string{`name="confirm"`, `value="yes"`, `name="state"`, bye, "ada@example.com"} {
		if !strings.Contains(string(page.body), part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	form.Set("confirm", "yes")
	for range 2 { // a double click changes nothing
		a := ada.submit("/logout", form)
		if a.StatusCode != http.StatusOK || a.Header.Get("Location") != "" || a.location(t).String() != bye+"?state=s" {
			t.Errorf("%d %v", a.StatusCode, a.Header)
		}
	}
	if ada.signedIn(app) {
		t.Error("still signed in")
	}
}

func TestSignedOutPage(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(), s.person("ada")
	s.person("nobody").open("/logout").page(t, http.StatusOK)
	hint := ada.tokens(app).IDToken
	ada.open(logout("id_token_hint", hint)).page(t, http.StatusOK)
	ada.open(logout("id_token_hint", hint)).page(t, http.StatusOK)
	if ada.signedIn(app) {
		t.Error("still signed in")
	}
}

// A form of another site comes without cookies; the same request as a link has them.
func TestApplicationSignsOutByForm(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(), s.person("ada")
	hint := ada.tokens(app).IDToken
	form := url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye}, "state": {"s"}}
	r := request(t, http.MethodPost, s.endpoint("/logout"), form)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Origin", "https://app.example")
	to := s.do(r).location(t)
	if to.Path != "/logout" || to.Host != "" || to.RawQuery != form.Encode() {
		t.Fatalf("to %s", to)
	}
	if back := ada.open(to.String()).location(t); back.String() != bye+"?state=s" {
		t.Errorf("to %s", back)
	}
	if ada.signedIn(app) {
		t.Error("still signed in")
	}
}
