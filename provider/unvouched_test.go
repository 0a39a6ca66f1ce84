package provider

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

// linksTo reports whether a page leads on to this address by a link, and not by itself.
func (a *answer) linksTo(t testing.TB, address string) bool {
	t.Helper()
	if a.Header.Get("Location") != "" || a.Header.Get("Refresh") != "" {
		t.Errorf("the browser is sent on: %v", a.Header)
	}
	return strings.Contains(html.UnescapeString(string(a.body)), `href="`+address)
}

// An attacker can register a client, and send people a link to its error.
func TestBrowserIsNotSentToSoftwareNobodyVouchesForBeforeAPage(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		evil := s.app(registeredItself)
		for name, wrong := range map[string][2]string{
			"invalid_scope": {"scope", "openid admin"}, "unsupported_response_type": {"response_type", "token"}, "invalid_request": {"code_challenge", ""},
			"login_required": {"prompt", "none"}, "invalid_target": {"resource", "https://x.example"},
		} {
			for mode, link := range map[string]string{"": callback + "?error=" + name, "form_post": callback + "?error=" + name} {
				a := s.get(s.authorizeURL(evil, wrong, [2]string{"response_mode", mode}))
				a.page(t, http.StatusBadRequest)
				if !a.linksTo(t, link) || !strings.Contains(string(a.body), "app.example") || !strings.Contains(html.UnescapeString(string(a.body)), "state=state") {
					t.Errorf("%s, %q: %s", name, mode, a.body)
				}
			}
			posted, err := url.ParseQuery(strings.TrimPrefix(s.authorizeURL(evil, wrong), "/authorize?"))
			s.must(err)
			if name != "login_required" { // a right request comes again by GET, to have its cookies
				s.do(request(t, http.MethodPost, s.endpoint("/authorize"), posted)).page(t, http.StatusBadRequest)
			}
			for who, c := range map[string]login{"registered here": s.app(), "approved": s.app(registeredItself, approved)} {
				if got := s.get(s.authorizeURL(c, wrong)).refusal(t, s, "state"); got != name {
					t.Errorf("%s, %s: %s", name, who, got)
				}
			}
		}
	})
}

// Who was asked has seen where the answer goes, and an application that renews in a frame takes nobody
// anywhere.
func TestSoftwareNobodyVouchesForIsToldAfterAPageAndInFrames(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(registeredItself), s.person("ada")
		if code := ada.code(app); code == "" {
			t.Error("no code")
		}
		framed := request(t, http.MethodGet, s.endpoint(s.authorizeURL(app, [2]string{"prompt", "none"})), nil)
		framed.Header.Set("Sec-Fetch-Dest", "iframe")
		if got := s.do(framed).refusal(t, s, "state"); got != "login_required" {
			t.Errorf("in a frame: %s", got)
		}
	})
}

func TestSignOutOfNobodyLeadsToNoSiteByItself(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		leaving := func(c *storage.Client) { c.PostLogoutRedirectURIs = []string{bye} }
		evil, known, ada := s.app(registeredItself, leaving), s.app(leaving), s.person("ada")
		back := func(c login, more ...string) string {
			return logout(append([]string{"client_id", c.id, "post_logout_redirect_uri", bye, "state", "s"}, more...)...)
		}
		a := s.get(back(evil))
		a.page(t, http.StatusOK)
		if !a.linksTo(t, bye+"?state=s") {
			t.Errorf("%s", a.body)
		}
		if to := s.get(back(known)).location(t); !strings.HasPrefix(to.String(), bye) {
			t.Errorf("registered here: %s", to)
		}
		hint := ada.tokens(evil).IDToken
		s.get(back(evil, "id_token_hint", hint)).page(t, http.StatusOK) // another browser: no user is signed in
		if to := ada.open(back(evil, "id_token_hint", hint)).location(t); !strings.HasPrefix(to.String(), bye) {
			t.Errorf("the session of the hint: %s", to)
		}
	})
}
