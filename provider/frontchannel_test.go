package provider

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

var frameTag = regexp.MustCompile(`<iframe[^>]* src="([^"]*)"`)

// frames returns the addresses that a page loads in frames.
func (a *answer) frames() (all []string) {
	for _, found := range frameTag.FindAllStringSubmatch(string(a.body), -1) {
		all = append(all, html.UnescapeString(found[1]))
	}
	return all
}

// directive returns one of the answer's content security policy.
func (a *answer) directive(name string) string {
	for one := range strings.SplitSeq(a.Header.Get("Content-Security-Policy"), ";") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(one), name+" "); ok {
			return value
		}
	}
	return ""
}

func framed(uri string, session bool) func(*storage.Client) {
	return func(c *storage.Client) { c.FrontchannelLogoutURI, c.FrontchannelLogoutSession = uri, session }
}

func TestOnlyClientsOfThisSessionAreFramed(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, other := s.app(), s.app(framed("https://other.example/front", false))
		ada, eve := s.person("ada"), s.person("eve")
		hint := ada.tokens(app).IDToken
		ada.code(other) // never redeemed
		eve.tokens(other)
		a := ada.open(logout("id_token_hint", hint, "post_logout_redirect_uri", bye))
		if a.StatusCode != http.StatusSeeOther || len(a.frames()) != 0 {
			t.Errorf("%d %v %v", a.StatusCode, a.Header, a.frames())
		}
		if a.directive("frame-src") != "" {
			t.Error("a page without frames allows some")
		}
	})
}

func TestClientsAreToldInFramesBeforeTheBrowserLeaves(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app(framed("https://app.example/front?x=1", true))
		plain, twice := s.app(framed("https://plain.example:8443/front", false)), s.app(framed("https://app.example/other", false))
		odd := s.app(framed("https://evil.example;script-src/front", false)) // no door lets it in; if one did
		ada := s.person("ada")
		hint := ada.tokens(app).IDToken
		for _, c := range []login{plain, twice, odd} {
			ada.tokens(c)
		}
		sid := part(t, hint, 1)["sid"].(string)
		a := ada.open(logout("id_token_hint", hint, "post_logout_redirect_uri", bye, "state", "a b"))
		if a.StatusCode != http.StatusOK || a.location(t).String() != bye+"?state=a%20b" || a.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%d %v", a.StatusCode, a.Header)
		}
		want := []string{
			"https://app.example/front?x=1&iss=" + url.QueryEscape(s.Issuer) + "&sid=" + sid,
			"https://app.example/other", "https://plain.example:8443/front",
		}
		got := a.frames()
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("frames %q, want %q", got, want)
		}
		if got := a.directive("frame-src"); got != "https://app.example https://plain.example:8443" {
			t.Errorf("frame-src %q", got)
		}
		if a.directive("default-src") != "'none'" || a.directive("frame-ancestors") != "'none'" || !strings.Contains(string(a.body), `href="`+bye) {
			t.Errorf("%v %s", a.Header, a.body)
		}
		if ada.signedIn(app) {
			t.Error("still signed in")
		}
		again := ada.open(logout("id_token_hint", hint, "post_logout_redirect_uri", bye))
		if again.StatusCode != http.StatusSeeOther || len(again.frames()) != 0 {
			t.Errorf("again: %d %v", again.StatusCode, again.frames())
		}
	})
}

func TestPersonWhoConfirmsSeesTheFrames(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(framed("https://app.example/front", false)), s.person("ada")
	ada.tokens(app)
	if a := ada.open("/logout"); len(a.frames()) != 0 {
		t.Error("asking already tells")
	}
	a := ada.submit("/logout", url.Values{"confirm": {"yes"}})
	a.page(t, http.StatusOK)
	if !slices.Equal(a.frames(), []string{"https://app.example/front"}) || a.directive("frame-src") != "https://app.example" {
		t.Errorf("%v %v", a.frames(), a.Header)
	}
}

func TestSigningOutIsFiveStatements(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(framed("https://app.example/front", true)), s.person("ada")
		hint := ada.tokens(app).IDToken
		before := s.db.Stats()
		ada.open(logout("id_token_hint", hint, "post_logout_redirect_uri", bye))
		after := s.db.Stats() // the client, the session, its clients; its end, the notices
		if n, w := after.Statements-before.Statements, after.Writes-before.Writes; n != 5 || w != 2 {
			t.Errorf("%d statements, %d of them writing", n, w)
		}
	})
}

func TestOriginsAreWrittenAsBrowsersDo(t *testing.T) {
	for uri, want := range map[string]string{
		"https://App.example/x": "https://app.example", "https://app.example:443/": "https://app.example", "http://localhost:3000/x": "http://localhost:3000",
		"http://localhost:80": "http://localhost", "https://app.example:80": "https://app.example:80", "http://[::1]:3000/": "http://[::1]:3000",
		"com.example.app:/cb": "", "javascript:alert(1)": "", "https:///x": "", "https://a;b/": "", "https://a,b/": "", "https://a'b/": "", "x": "", "": "",
	} {
		if got := oauth.Origin(uri); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}

// A client with pairwise subjects is notified of the session under the name it knows, and asks under it.
func TestPairwiseClientIsToldUnderItsOwnNames(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app(pairwise("app.example"), framed("https://app.example/front", true))
		ada := s.person("ada")
		hint := ada.tokens(app).IDToken
		claims := claimsOf(t, hint)
		sessions, err := s.db.UserSessions(s.ctx(), ada.user.ID)
		s.must(err)
		told := claimsOf(t, s.logoutToken(app, storage.LogoutNotice{SessionID: sessions[0].ID, UserID: ada.user.ID}))
		if told["sub"] != claims["sub"] || told["sid"] != claims["sid"] || told["sid"] == sessions[0].ID {
			t.Errorf("told of %v, %v; signed in as %v, %v", told["sub"], told["sid"], claims["sub"], claims["sid"])
		}
		a := ada.open(logout("id_token_hint", hint))
		if frames := a.frames(); len(frames) != 1 || !strings.HasSuffix(frames[0], "&sid="+claims["sid"].(string)) {
			t.Errorf("frames %q", frames)
		}
		if ada.signedIn(app) {
			t.Error("asked under its own name, and still signed in")
		}
	})
}
