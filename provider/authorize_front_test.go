package provider

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// refusal returns what an error redirect says; it checks everything every one of them has.
func (a *answer) refusal(t testing.TB, s *server, state string) string {
	t.Helper()
	to := a.location(t)
	q := to.Query()
	if a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to.String(), callback+"?") {
		t.Fatalf("%d to %s", a.StatusCode, to)
	}
	if q.Get("state") != state || len(q["iss"]) != 1 || q.Get("iss") != s.Issuer || q.Has("code") || to.Fragment != "" {
		t.Fatalf("to %s", to)
	}
	return q.Get("error")
}

func TestUnknownClientIsToldHereOnly(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, disabled := s.app(), s.app()
		s.must(s.db.SetClientDisabled(s.ctx(), disabled.id, s.now()))
		for _, id := range []string{"", "c_UNKNOWN", disabled.id, strings.Repeat("c", 1<<10), "\x00", "' OR 1=1", "é", strings.ToLower(app.id)} {
			s.get(s.authorizeURL(login{id: id})).page(t, http.StatusBadRequest)
		}
		s.get(s.authorizeURL(app)+"&client_id="+app.id).page(t, http.StatusBadRequest)
	})
}

func TestUnregisteredRedirectURIIsToldHereOnly(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	for _, uri := range []string{
		callback + "/", callback + "?x=1", callback + "#frag", callback + "/../cb", "https://app.example//cb", callback + "%2e", "https://app.example/CB",
		"https://app.example:443/cb", "https://app.example./cb", "https://APP.example/cb", "HTTPS://app.example/cb", "javascript:alert(1)", "",
		"https://app.example@evil.example/cb",
	} {
		a := s.get(s.authorizeURL(app, [2]string{"redirect_uri", uri}, [2]string{"scope", "openid unknown"}))
		a.page(t, http.StatusBadRequest)
		if strings.Contains(string(a.body), "evil.example") {
			t.Errorf("%s: the page repeats it", uri)
		}
	}
	s.get(s.authorizeURL(app)+"&redirect_uri="+url.QueryEscape(callback)).page(t, http.StatusBadRequest)
}

func TestLoopbackRedirectURIs(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app(func(c *storage.Client) { c.RedirectURIs = []string{"http://127.0.0.1/cb"} })
	for _, uri := range []string{
		"http://127.0.0.1:0/cb", "http://127.0.0.1:99999/cb", "http://u@127.0.0.1:4444/cb", "http://127.0.0.1:4444/%63b", "http://127.0.0.1:4444/cb?x",
		"http://127.0.0.2:4444/cb", "http://localhost:4444/cb", "http://[::1]:4444/cb", "https://127.0.0.1:4444/cb",
	} {
		s.get(s.authorizeURL(app, [2]string{"redirect_uri", uri})).page(t, http.StatusBadRequest)
	}
	for _, port := range []string{":1", ":4444", ":65535"} {
		uri := "http://127.0.0.1" + port + "/cb"
		to := s.person("ada" + port[1:]).open(s.authorizeURL(app, [2]string{"redirect_uri", uri})).location(t)
		if to.Scheme+"://"+to.Host+to.Path != uri || to.Query().Get("code") == "" {
			t.Errorf("to %s", to)
		}
	}
}

// A repeated parameter is reported to the client, and never used: not its first value, not its last.
func TestRepeatedParameterIsToldToTheClient(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	for _, name := range []string{
		"response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt", "max_age", "request_uri", "response_mode",
	} {
		target := s.authorizeURL(app, [2]string{name, "x"}) + "&" + name + "=x"
		state := "state"
		if name == "state" {
			state = ""
		}
		if got := s.get(target).refusal(t, s, state); got != "invalid_request" {
			t.Errorf("%s: %s", name, got)
		}
	}
	for _, pair := range []string{"&scope=%zz", "&x=%", "&nonce=a;b"} {
		if got := s.get(s.authorizeURL(app)+pair).refusal(t, s, "state"); got != "invalid_request" {
			t.Errorf("%s: %s", pair, got)
		}
	}
}

func TestParameterInQueryAndBodyIsToldToTheClient(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	target, err := url.Parse(s.authorizeURL(s.app()))
	must(t, err)
	form := target.Query()
	a := s.do(request(t, http.MethodPost, s.endpoint("/authorize?scope=openid"), form))
	if got := a.location(t).Query().Get("error"); got != "invalid_request" {
		t.Errorf("scope: %s", got)
	}
	s.do(request(t, http.MethodPost, s.endpoint("/authorize?client_id=x"), form)).page(t, http.StatusBadRequest)
	r := request(t, http.MethodPost, s.endpoint("/authorize"), form)
	r.Header.Set("Content-Type", "application/json")
	s.do(r).page(t, http.StatusBadRequest)
}

func TestBadListsAreToldToTheClient(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	for scope, want := range map[string]string{
		"openid  email": "invalid_scope", " openid": "invalid_scope", "openid\temail": "invalid_scope", "openid\r\n": "invalid_scope", `a"b`: "invalid_scope",
		`a\b`: "invalid_scope", "é": "invalid_scope", "unknown": "invalid_scope", strings.Repeat("openid ", 65) + "openid": "invalid_scope",
	} {
		if got := s.get(s.authorizeURL(app, [2]string{"scope", scope})).refusal(t, s, "state"); got != want {
			t.Errorf("%q: %s", scope, got)
		}
	}
	resources := strings.Repeat("&resource=https%3A%2F%2Fr.example", 20)
	if got := s.get(s.authorizeURL(app)+resources).refusal(t, s, "state"); got != "invalid_target" {
		t.Errorf("20 resources: %s", got)
	}
	for name, size := range map[string]int{"nonce": 4<<10 + 1, "claims": 8<<10 + 1, "login_hint": 513, "acr_values": 4<<10 + 1} {
		if got := s.get(s.authorizeURL(app, [2]string{name, strings.Repeat("x", size)})).refusal(t, s, "state"); got != "invalid_request" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := s.get(s.authorizeURL(app, [2]string{"state", strings.Repeat("x", 4<<10+1)})).refusal(t, s, ""); got != "invalid_request" {
		t.Errorf("state: %s", got)
	}
}

// The state is the client's own: whatever it is, it comes back as it was, through the pages too.
func TestStateComesBackAsItWas(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		for _, state := range []string{
			"", "s", "a b+c&d#e=%41", "\r\nSet-Cookie: a=b", "\x00", "😀", `"><script>alert(1)</script>`, strings.Repeat("s", 384),
		} {
			for name, to := range map[string]*url.URL{
				"signed in already": ada.open(s.authorizeURL(app, [2]string{"state", state})).location(t),
				"through a page":    ada.open(s.authorizeURL(app, [2]string{"state", state}, [2]string{"prompt", "consent"})).location(t),
				"with an error":     ada.open(s.authorizeURL(app, [2]string{"state", state}, [2]string{"scope", "unknown"})).location(t),
			} {
				if got := to.Query().Get("state"); got != state || strings.ContainsAny(to.String(), "\r\n") {
					t.Errorf("%s: %q became %q", name, state, got)
				}
			}
		}
	})
}
