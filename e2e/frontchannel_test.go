package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
)

// ownSite is an app at an address of its own on this machine: signing in, signing out in a frame, and
// where people land afterwards.
type ownSite struct {
	url    string
	framed chan *url.URL
	landed chan *url.URL
	stuck  chan struct{} // nil: the frame loads at once
}

func newOwnSite(t testing.TB) *ownSite {
	t.Helper()
	s := &ownSite{framed: make(chan *url.URL, 16), landed: make(chan *url.URL, 16)}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *ownSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch r.URL.Path {
	case "/front":
		s.framed <- r.URL
		if s.stuck != nil {
			<-s.stuck
		}
	case "/bye":
		s.landed <- r.URL
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><h1>Goodbye</h1>`)
		return
	}
	fmt.Fprint(w, `<!doctype html><html lang="en"><title>App</title>`)
}

// app registers the site; session asks for iss and sid.
func (s *ownSite) app(t testing.TB, d *deployment, session bool) *app {
	t.Helper()
	a := d.app(t, "--first-party", "--redirect-uri", s.url+"/callback", "--post-logout-redirect-uri", s.url+"/bye",
		"--frontchannel-logout-uri", s.url+"/front?app=1", fmt.Sprintf("--frontchannel-logout-session-required=%t", session))
	return a
}

// signedInTo signs the tab in to apps one after the other, by the server of the first one's deployment.
func signedInTo(b *tab, d *deployment, who person, apps ...*app) (idToken string) {
	b.t.Helper()
	for i, a := range apps {
		q := a.begin()
		b.open(q.url)
		if i == 0 {
			b.see("Sign in to Weather app")
			before := len(d.post.to(who.email))
			b.fill("email", who.email).press("Continue with email").see("Check your email")
			b.fill("code", d.post.awaitCode(b.t, who.email, before).code).press("Sign in")
		}
		b.until("back at the app", func() bool { return strings.HasPrefix(b.at().String(), a.config.RedirectURL) })
		token := a.redeem(b.t, q, b.at().Query())
		if i == 0 {
			idToken = idTokenOf(token)
		}
	}
	return idToken
}

func (s *ownSite) awaitFrame(t testing.TB) *url.URL {
	t.Helper()
	select {
	case u := <-s.framed:
		return u
	case <-time.After(20 * time.Second):
		t.Fatal("the app was not told in the browser")
		return nil
	}
}

func TestApplicationsAreToldInFramesAndTheBrowserGoesOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		for _, scripts := range []bool{true, false} {
			first, second := newOwnSite(t), newOwnSite(t)
			a, b, who, window := first.app(t, d, true), second.app(t, d, false), d.person(t), newTab(t)
			if !scripts {
				window.withoutScript()
			}
			hint := signedInTo(window, d, who, a, b)
			window.open(d.issuer + "/logout?" + url.Values{
				"id_token_hint": {hint}, "post_logout_redirect_uri": {first.url + "/bye"}, "state": {"x y"},
			}.Encode()).see("Goodbye")
			var id struct{ SID string }
			claimsOf(t, hint, &id)
			told := first.awaitFrame(t).Query()
			if told.Get("app") != "1" || told.Get("iss") != d.issuer || told.Get("sid") != id.SID {
				t.Errorf("told %v", told)
			}
			if told := second.awaitFrame(t); told.RawQuery != "app=1" {
				t.Errorf("told %s", told)
			}
			if state := (<-first.landed).Query().Get("state"); state != "x y" {
				t.Errorf("state %q", state)
			}
		}
	})
}

func TestPersonWhoSignsOutHereStaysHereAndApplicationsAreTold(t *testing.T) {
	t.Parallel()
	d, s := onSQLite(t), newOwnSite(t)
	a, who, window := s.app(t, d, true), d.person(t), newTab(t)
	signedInTo(window, d, who, a)
	window.open(d.issuer + "/logout").see("Sign out?").press("Sign out").see("You’re signed out")
	s.awaitFrame(t)
}

// An app whose frame never loads: the script goes on after some seconds, the link always can.
func TestFrameThatHangsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	for _, scripts := range []bool{true, false} {
		s := newOwnSite(t)
		s.stuck = make(chan struct{})
		t.Cleanup(func() { close(s.stuck) })
		a, who, window := s.app(t, d, false), d.person(t), newTab(t)
		if !scripts {
			window.withoutScript()
		}
		hint := signedInTo(window, d, who, a)
		window.open(d.issuer + "/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {s.url + "/bye"}}.Encode())
		s.awaitFrame(t)
		if !scripts {
			window.press("Continue")
		}
		window.see("Goodbye")
	}
}

// pagesOfSigningOut shows the page that waits for an app which does not answer.
func pagesOfSigningOut(b *tab, d *deployment, show func(b *tab, name string)) {
	b.t.Helper()
	s := newOwnSite(b.t)
	s.stuck = make(chan struct{})
	b.t.Cleanup(func() { close(s.stuck) })
	hint := signedInTo(b, d, d.person(b.t), s.app(b.t, d, false))
	b.withoutScript().open(d.issuer + "/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {s.url + "/bye"}}.Encode())
	s.awaitFrame(b.t)
	b.until("the page that goes on", func() bool { return strings.Contains(b.text(), "Continue to Weather app") })
	tell(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: false}) // whoever looks may need it
	show(b, "signed-out-frames")
}
