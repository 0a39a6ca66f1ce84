package login_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/devuser"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// start returns a node where Ada and Bob can sign in by a click.
func start(t *testing.T, db *durable.DB) *logintest.Node {
	t.Helper()
	for _, name := range []string{"ada", "bob"} {
		u := storage.User{ID: "u_" + name, Email: name + "@example.com", Name: name, CreatedAt: time.Now()}
		if err := db.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	return logintest.New(t, logintest.Setup{DB: db, Ephemeral: ephemeral.NewMemory()}, []login.Method{&devuser.Method{Users: db}})
}

func click(b *logintest.Browser, n *logintest.Node, user, handle string) logintest.Page {
	form := url.Values{"user": {user}}
	if handle != "" {
		form.Set("request", handle)
	}
	return b.Post(n, "/login/dev", form)
}

func TestMissingAndDisabledAccountsLookTheSame(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		db := open(t)
		n := start(t, db)
		if err := db.SetUserDisabled(t.Context(), "u_bob", time.Now()); err != nil {
			t.Fatal(err)
		}
		var bodies []string
		for _, user := range []string{"u_bob", "u_nobody", ""} {
			b := logintest.NewBrowser(t)
			p := click(b, n, user, "")
			if p.Status != http.StatusForbidden || b.Cookie(n, "symbolon_session") != "" {
				t.Errorf("%q: status %d", user, p.Status)
			}
			bodies = append(bodies, withoutTrace(p.Body))
		}
		if bodies[0] != bodies[1] || bodies[1] != bodies[2] {
			t.Error("the answers differ")
		}
		events, err := db.Events(t.Context(), audit.Filter{Type: audit.SignIn})
		if err != nil || len(events) != 3 || events[0].Outcome != audit.Refused || events[0].Reason != "no_account" {
			t.Errorf("audit: %+v, %v", events, err)
		}
	})
}

var trace = regexp.MustCompile(`[0-9a-f]{32}`)

func withoutTrace(body string) string { return trace.ReplaceAllString(body, "TRACE") }

func TestRequestOfAnotherBrowserIsRefused(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		n := start(t, open(t))
		ada, other := logintest.NewBrowser(t), logintest.NewBrowser(t)
		handle, _ := ada.Authorize(n)
		other.Authorize(n)
		for name, answer := range map[string]logintest.Page{
			"page":     other.Get(n, "/login?request="+handle),
			"click":    click(other, n, "u_bob", handle),
			"continue": other.Post(n, "/login/continue", url.Values{"request": {handle}}),
			"unknown":  ada.Get(n, "/login?request="+strings.Repeat("A", 26)),
			"long":     ada.Get(n, "/login?request="+strings.Repeat("A", 8000)),
			"resume":   other.Get(n, "/authorize/"+handle),
		} {
			if answer.Status != http.StatusBadRequest || answer.Location != "" || !strings.Contains(answer.Body, "/account") {
				t.Errorf("%s: status %d", name, answer.Status)
			}
		}
		if other.Cookie(n, "symbolon_session") != "" {
			t.Error("the other browser was signed in")
		}
		if p := ada.Follow(n, click(ada, n, "u_ada", handle)); p.Body != "u_ada " {
			t.Errorf("the browser that began ends at %d", p.Status)
		}
	})
}

func TestPostOfAnotherSiteIsRefused(t *testing.T) {
	n := start(t, storagetest.SQLite(t))
	for name, header := range map[string]http.Header{
		"fetch metadata": {"Sec-Fetch-Site": {"cross-site"}},
		"same site":      {"Sec-Fetch-Site": {"same-site"}},
		"old browser":    {"Origin": {"https://evil.example"}},
		"opaque origin":  {"Origin": {"null"}},
	} {
		b := logintest.NewBrowser(t)
		b.Header = header
		if p := click(b, n, "u_ada", ""); p.Status != http.StatusForbidden || b.Cookie(n, "symbolon_session") != "" {
			t.Errorf("%s: status %d", name, p.Status)
		}
	}
}

func TestStateIsNotChangedByGet(t *testing.T) {
	n := start(t, storagetest.SQLite(t))
	b := logintest.NewBrowser(t)
	for _, path := range []string{"/login/dev?user=u_ada", "/login/continue"} {
		if p := b.Get(n, path); p.Status != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: %d", path, p.Status)
		}
	}
}

func TestRequestSurvivesRefreshTabsAndALostSession(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		n := start(t, open(t))
		ada := logintest.NewBrowser(t)
		first, page := ada.Authorize(n)
		if page.Status != http.StatusOK || !strings.Contains(page.Body, "Example App") {
			t.Fatalf("sign-in page: %d", page.Status)
		}
		second, _ := ada.Authorize(n)
		if again := ada.Get(n, "/login?request="+first); again.Status != http.StatusOK {
			t.Errorf("refresh: %d", again.Status)
		}
		if p := ada.Follow(n, click(ada, n, "u_ada", second)); p.Body != "u_ada " {
			t.Errorf("second tab: %.20q", p.Body)
		}
		if p := ada.Follow(n, ada.Get(n, "/login?request="+first)); p.Body != "u_ada " { // the first tab goes on, too
			t.Errorf("first tab: %.20q", p.Body)
		}
		ada.Get(n, "/logout")
		if p := ada.Follow(n, ada.Get(n, "/authorize/"+first)); !strings.Contains(p.Body, `value="u_ada"`) {
			t.Errorf("lost session: %d without a sign-in page", p.Status)
		}
	})
}

func TestPromptLoginAsksAgain(t *testing.T) {
	zero := time.Duration(0)
	hour := time.Hour
	n := start(t, storagetest.SQLite(t))
	for name, c := range map[string]struct {
		prompt []string
		maxAge *time.Duration
		asked  bool
	}{
		"nothing": {nil, nil, false}, "max_age=3600": {nil, &hour, false},
		"prompt=login": {[]string{"login"}, nil, true}, "max_age=0": {nil, &zero, true},
	} {
		ada := logintest.NewBrowser(t)
		click(ada, n, "u_ada", "")
		before := ada.Cookie(n, "symbolon_session")
		time.Sleep(2 * time.Millisecond) // times are stored in milliseconds
		n.Parks.Prompt, n.Parks.MaxAge = c.prompt, c.maxAge
		handle, p := ada.Authorize(n)
		if asked := p.Body != "u_ada "; asked != c.asked {
			t.Errorf("%s: asked again is %v", name, asked)
		}
		if !c.asked {
			continue
		}
		if !strings.Contains(p.Body, "ada@example.com") {
			t.Errorf("%s: the page does not say who is signed in", name)
		}
		if p := ada.Follow(n, click(ada, n, "u_ada", handle)); p.Body != "u_ada " || ada.Cookie(n, "symbolon_session") == before {
			t.Errorf("%s: after signing in again: %.20q", name, p.Body)
		}
	}
}

func TestSelectAccountContinuesOrSwitches(t *testing.T) {
	n := start(t, storagetest.SQLite(t))
	ada := logintest.NewBrowser(t)
	click(ada, n, "u_ada", "")
	time.Sleep(2 * time.Millisecond)
	n.Parks.Prompt = []string{"select_account"}
	handle, p := ada.Authorize(n)
	if !strings.Contains(p.Body, `action="/login/continue"`) {
		t.Fatal("the page does not offer to go on as Ada")
	}
	if p := ada.Follow(n, ada.Post(n, "/login/continue", url.Values{"request": {handle}})); p.Body != "u_ada " {
		t.Errorf("continue: %.20q", p.Body)
	}
	handle, _ = ada.Authorize(n)
	if p := ada.Follow(n, click(ada, n, "u_bob", handle)); p.Body != "u_bob " {
		t.Errorf("switch: %.20q", p.Body)
	}
}

func TestHintOfAnotherAccountAsksForIt(t *testing.T) {
	n := start(t, storagetest.SQLite(t))
	b := logintest.NewBrowser(t)
	click(b, n, "u_bob", "")
	time.Sleep(2 * time.Millisecond)
	n.Parks.HintSubject = "u_ada"
	handle, p := b.Authorize(n)
	if !strings.Contains(p.Body, "different account") || strings.Contains(p.Body, "You’re signing in as") {
		t.Error("the page does not ask for the other account")
	}
	if p := b.Follow(n, click(b, n, "u_ada", handle)); p.Body != "u_ada " {
		t.Errorf("signed in as hinted: %.20q", p.Body)
	}
}

func TestDirectVisitLeadsToTheAccount(t *testing.T) {
	n := start(t, storagetest.SQLite(t))
	b := logintest.NewBrowser(t)
	if p := b.Get(n, "/account"); p.Location != "/login" {
		t.Errorf("signed out: %q", p.Location)
	}
	if p := b.Follow(n, click(b, n, "u_ada", "")); p.Status != http.StatusOK || !strings.Contains(p.Body, "ada@example.com") {
		t.Errorf("signed in: %d", p.Status)
	}
	if p := b.Get(n, "/login"); p.Status != http.StatusSeeOther || p.Location != "/account" {
		t.Errorf("direct visit: %d %q", p.Status, p.Location)
	}
}

func TestHundredPeopleEachGetTheirOwnSession(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		db := open(t)
		n := start(t, db)
		var all sync.WaitGroup
		for i := range 100 {
			id := fmt.Sprintf("u_%d", i)
			if err := db.CreateUser(t.Context(), storage.User{ID: id, Email: id + "@example.com", CreatedAt: time.Now()}); err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				b := logintest.NewBrowser(t)
				handle, _ := b.Authorize(n)
				if p := b.Follow(n, click(b, n, id, handle)); p.Body != id+" " {
					t.Errorf("%s is %.20q", id, p.Body)
				}
			})
		}
		all.Wait()
	})
}

func TestBasePathPrefixesEveryLink(t *testing.T) {
	db := storagetest.SQLite(t)
	if err := db.CreateUser(t.Context(), storage.User{ID: "u_ada", Email: "ada@example.com", CreatedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	n := logintest.New(t, logintest.Setup{DB: db, Ephemeral: ephemeral.NewMemory(), Base: "/p"}, []login.Method{&devuser.Method{Users: db}})
	b := logintest.NewBrowser(t)
	handle, p := b.Authorize(n)
	if !strings.Contains(p.Body, `action="/p/login/dev"`) {
		t.Error("the form's action has no base")
	}
	p = b.Post(n, "/p/login/dev", url.Values{"user": {"u_ada"}, "request": {handle}})
	if p.Location != "/p/authorize/"+handle {
		t.Errorf("location %q", p.Location)
	}
}

func TestBrowserNamesAreRecognizable(t *testing.T) {
	for agent, want := range map[string]string{
		"":                               "Unknown browser",
		"curl/8.5.0":                     "Unknown browser",
		"<script>alert(1)</script>Linux": "A browser on Linux",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                      "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0":                   "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                       "Safari on macOS",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                       "Chrome on Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1":     "Safari on iPhone",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                              "Chrome on ChromeOS",
		"Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0.7339.39 Mobile/15E148 Safari/604.1 Gecko": "Chrome on iPad",
	} {
		if got := login.BrowserName(agent); got != want {
			t.Errorf("%.40q is %q, want %q", agent, got, want)
		}
	}
}
