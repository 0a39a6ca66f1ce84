package provider

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func withStates(c *Config) { c.SessionManagement = true }

// state returns what the browser shows to scripts.
func (b *browser) state() string {
	b.s.t.Helper()
	home, err := url.Parse(b.s.Issuer)
	b.s.must(err)
	for _, c := range b.Jar.Cookies(home) {
		if c.Name == "symbolon_state" {
			return c.Value
		}
	}
	return ""
}

func TestSessionManagementIsOffUnlessAskedFor(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(), s.person("ada")
	to := ada.open(s.authorizeURL(app)).location(t)
	if to.Query().Has("session_state") || ada.state() != "" {
		t.Errorf("%s, state %q", to, ada.state())
	}
	if a := s.get("/.well-known/openid-configuration"); a.json(t, "check_session_iframe") != nil {
		t.Error("the frame is advertised")
	}
	if a := s.get("/check-session"); a.StatusCode != http.StatusNotFound {
		t.Errorf("the frame is there: %d", a.StatusCode)
	}
}

func TestSessionStateIsADigestOfWhoIsSignedIn(t *testing.T) {
	s := newServerAt(t, storagetest.SQLite(t), "", withStates)
	app, ada := s.app(), s.person("ada")
	told := ada.open(s.authorizeURL(app)).location(t).Query().Get("session_state")
	digest, salt, _ := strings.Cut(told, ".")
	sum := sha256.Sum256([]byte(app.id + " https://app.example " + ada.state() + " " + salt))
	if ada.state() == "" || salt == "" || digest != base64url(sum[:]) {
		t.Fatalf("session_state %q, state %q", told, ada.state())
	}
	before := ada.state()
	if again := ada.open(s.authorizeURL(app)).location(t).Query().Get("session_state"); again == told || ada.state() != before {
		t.Error("the salt stays, or the state does not")
	}
	plain := ada.open(s.authorizeURL(app, [2]string{"scope", "profile"})).location(t)
	if plain.Query().Has("session_state") {
		t.Errorf("OAuth without OpenID Connect: %s", plain)
	}
	form := ada.open(s.authorizeURL(app, [2]string{"response_mode", "form_post"}))
	if !strings.Contains(string(form.body), `name="session_state"`) {
		t.Error("form_post lacks it")
	}
	ada.submit("/logout", url.Values{"confirm": {"yes"}})
	if ada.state() != "" {
		t.Error("signed out, and the state is still there")
	}
	ada.tokens(app)
	if ada.state() == "" || ada.state() == before {
		t.Errorf("a new session has the state %q", ada.state())
	}
}

func TestOnlyTheFrameMayBeFramed(t *testing.T) {
	s := newServerAt(t, storagetest.SQLite(t), "/p", withStates)
	address, _ := s.host("/.well-known/openid-configuration/p").json(t, "check_session_iframe").(string)
	a := s.do(request(t, http.MethodGet, address, nil))
	if a.StatusCode != http.StatusOK || a.Header.Get("X-Frame-Options") != "" || a.directive("frame-ancestors") != "*" || a.directive("default-src") != "'none'" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	if body := string(a.body); !strings.Contains(body, `data-cookie="symbolon_state"`) || !strings.Contains(body, `src="/static/check-session.`) || strings.Contains(body, "<form") {
		t.Error(body)
	}
	if other := s.get("/logout"); other.Header.Get("X-Frame-Options") != "DENY" || other.directive("frame-ancestors") != "'none'" {
		t.Errorf("%v", other.Header)
	}
}
