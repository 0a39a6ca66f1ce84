package consent_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/consent"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/devuser"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

const uri = "https://app.example/cb"

// start returns a node of db where Ada and Bob can sign in and are asked for consent.
func start(t *testing.T, db *durable.DB, store storage.Ephemeral) *logintest.Node {
	t.Helper()
	n := logintest.New(t, logintest.Setup{DB: db, Ephemeral: store}, []login.Method{&devuser.Method{Users: db}},
		func(mux *web.Mux, n *logintest.Node) {
			asker := &consent.Asker{Store: db, Sessions: n.Sessions, Requests: n.Requests, Pages: n.Pages, Audit: n.Audit}
			asker.Mount(mux)
			n.Steps = append(n.Steps, asker)
		})
	n.Parks.Scopes = []string{"openid", "email"}
	return n
}

func seed(t *testing.T, db *durable.DB) *durable.DB {
	t.Helper()
	for _, name := range []string{"ada", "bob"} {
		if err := db.CreateUser(t.Context(), storage.User{ID: "u_" + name, Email: name + "@example.com", CreatedAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"c_app", "c_other"} {
		c := storage.Client{ID: id, Kind: storage.KindApp, Name: "Example App", CreatedAt: time.Now()}
		if err := db.CreateClient(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// everywhere runs a claim on every kind of database.
func everywhere(t *testing.T, claim func(t *testing.T, n *logintest.Node, db *durable.DB)) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		db := seed(t, open(t))
		claim(t, start(t, db, ephemeral.NewMemory()), db)
	})
}

func signedIn(t *testing.T, n *logintest.Node, user string) *logintest.Browser {
	b := logintest.NewBrowser(t)
	b.Post(n, "/login/dev", url.Values{"user": {user}})
	return b
}

func decide(b *logintest.Browser, n *logintest.Node, handle, decision string) logintest.Page {
	return b.Post(n, "/consent", url.Values{"request": {handle}, "decision": {decision}})
}

func asks(p logintest.Page) bool { return strings.Contains(p.Body, `action="/consent"`) }

func allowed(t *testing.T, db *durable.DB, user string) []storage.Consent {
	t.Helper()
	all, err := db.UserConsents(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestConsentNeedsTheSessionThatWasAsked(t *testing.T) {
	everywhere(t, func(t *testing.T, n *logintest.Node, db *durable.DB) {
		ada := signedIn(t, n, "u_ada")
		handle, page := ada.Authorize(n)
		if !asks(page) {
			t.Fatal("nobody was asked")
		}
		bob, stranger := signedIn(t, n, "u_bob"), logintest.NewBrowser(t)
		for name, p := range map[string]logintest.Page{
			"another person's browser": decide(bob, n, handle, "allow"), "nobody's browser": decide(stranger, n, handle, "allow"),
			"unknown request": decide(ada, n, strings.Repeat("A", 26), "allow"), "no request": decide(ada, n, "", "allow"),
			"page of another": bob.Get(n, "/consent?request="+handle),
		} {
			if p.Status != http.StatusBadRequest || p.Location != "" {
				t.Errorf("%s: %d", name, p.Status)
			}
		}
		// In this browser another user signs in while the page is still open in a tab.
		ada.Post(n, "/login/dev", url.Values{"user": {"u_bob"}})
		if p := decide(ada, n, handle, "allow"); p.Status != http.StatusForbidden {
			t.Errorf("somebody else in the same browser: %d", p.Status)
		}
		ada.Get(n, "/logout")
		if p := decide(ada, n, handle, "allow"); p.Status != http.StatusForbidden {
			t.Errorf("signed out: %d", p.Status)
		}
		if len(allowed(t, db, "u_ada"))+len(allowed(t, db, "u_bob")) != 0 {
			t.Error("something was allowed")
		}
	})
}

func TestAnswerBeforeTheQuestionIsRefused(t *testing.T) {
	n := start(t, seed(t, storagetest.SQLite(t)), ephemeral.NewMemory())
	ada := signedIn(t, n, "u_ada")
	p := ada.Get(n, "/authorize")
	handle := p.Location[strings.LastIndex(p.Location, "/")+1:]
	if p := decide(ada, n, handle, "allow"); p.Status != http.StatusForbidden {
		t.Errorf("never shown: %d", p.Status)
	}
}

func TestUnclearAnswerDecidesNothing(t *testing.T) {
	db := seed(t, storagetest.SQLite(t))
	n := start(t, db, ephemeral.NewMemory())
	ada := signedIn(t, n, "u_ada")
	handle, _ := ada.Authorize(n)
	for name, form := range map[string]url.Values{
		"empty": {}, "other": {"decision": {"yes"}}, "both": {"decision": {"deny", "allow"}}, "upper case": {"decision": {"ALLOW"}},
	} {
		form.Set("request", handle)
		if p := ada.Post(n, "/consent", form); p.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	ada.Header.Set("Sec-Fetch-Site", "cross-site")
	if p := decide(ada, n, handle, "allow"); p.Status != http.StatusForbidden {
		t.Errorf("another site's form: %d", p.Status)
	}
	ada.Header.Del("Sec-Fetch-Site")
	if p := ada.Get(n, "/consent?decision=allow&request="+handle); !asks(p) {
		t.Errorf("GET: %d", p.Status)
	}
	if len(allowed(t, db, "u_ada")) != 0 {
		t.Error("something was allowed")
	}
}

func TestDenialStoresNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, n *logintest.Node, db *durable.DB) {
		ada := signedIn(t, n, "u_ada")
		handle, _ := ada.Authorize(n)
		p := decide(ada, n, handle, "deny")
		if p.Status != http.StatusSeeOther || p.Location != "/authorize/"+handle {
			t.Fatalf("status %d, location %q", p.Status, p.Location)
		}
		if p := ada.Follow(n, p); p.Body != "u_ada "+interaction.Denied {
			t.Errorf("ends at %.20q", p.Body)
		}
		if p := ada.Follow(n, decide(ada, n, handle, "allow")); p.Body != "u_ada "+interaction.Denied { // too late
			t.Errorf("after changing their mind: %.20q", p.Body)
		}
		if len(allowed(t, db, "u_ada")) != 0 {
			t.Error("something was allowed")
		}
		events, err := db.Events(t.Context(), audit.Filter{Type: audit.ConsentDenied})
		if err != nil || len(events) != 1 || events[0].UserID != "u_ada" || events[0].ClientID != "c_app" {
			t.Errorf("audit: %+v, %v", events, err)
		}
	})
}

func TestDecisionCountsOnlyForWhoMadeIt(t *testing.T) {
	everywhere(t, func(t *testing.T, n *logintest.Node, _ *durable.DB) {
		b := signedIn(t, n, "u_ada")
		handle, _ := b.Authorize(n)
		decide(b, n, handle, "allow")
		b.Post(n, "/login/dev", url.Values{"user": {"u_bob"}})
		if p := b.Follow(n, b.Get(n, "/authorize/"+handle)); !asks(p) || !strings.Contains(p.Body, "bob@example.com") {
			t.Errorf("Bob was not asked: %.20q", p.Body)
		}
	})
}

func TestRememberedConsentCoversOnlyWhatWasAllowed(t *testing.T) {
	everywhere(t, func(t *testing.T, n *logintest.Node, _ *durable.DB) {
		ada := signedIn(t, n, "u_ada")
		handle, _ := ada.Authorize(n)
		if p := ada.Follow(n, decide(ada, n, handle, "allow")); p.Body != "u_ada "+interaction.Allowed {
			t.Fatalf("allowed: %.20q", p.Body)
		}
		same := n.Parks
		for name, c := range map[string]struct {
			change func(q *interaction.Request)
			asked  bool
		}{
			"the same":         {func(*interaction.Request) {}, false},
			"less":             {func(q *interaction.Request) { q.Scopes = []string{"openid"} }, false},
			"same host":        {func(q *interaction.Request) { q.RedirectURI = "https://app.example/other" }, false},
			"more":             {func(q *interaction.Request) { q.Scopes = []string{"openid", "email", "groups"} }, true},
			"no scope":         {func(q *interaction.Request) { q.Scopes = nil }, false},
			"no scope, new":    {func(q *interaction.Request) { q.Scopes, q.ClientID = nil, "c_other" }, true},
			"other host":       {func(q *interaction.Request) { q.RedirectURI = "https://evil.example/cb" }, true},
			"other port":       {func(q *interaction.Request) { q.RedirectURI = "https://app.example:8443/cb" }, true},
			"other client":     {func(q *interaction.Request) { q.ClientID = "c_other" }, true},
			"other resource":   {func(q *interaction.Request) { q.Resources = []string{"https://api.example"} }, true},
			"prompt=consent":   {func(q *interaction.Request) { q.Prompt = []string{"consent"} }, true},
			"first party":      {func(q *interaction.Request) { q.FirstParty, q.ClientID = true, "c_other" }, false},
			"first, prompted":  {func(q *interaction.Request) { q.FirstParty, q.Prompt = true, []string{"consent"} }, true},
			"other's scope":    {func(q *interaction.Request) { q.Scopes = []string{"OpenID"} }, true},
			"loopback":         {func(q *interaction.Request) { q.RedirectURI = "http://127.0.0.1:4711/cb" }, true},
			"unreadable":       {func(q *interaction.Request) { q.RedirectURI = "://" }, true},
			"plain http":       {func(q *interaction.Request) { q.RedirectURI = "http://app.example/cb" }, true},
			"claim of it":      {func(q *interaction.Request) { q.Asked = []string{"email email", "openid"} }, false},
			"claim of another": {func(q *interaction.Request) { q.Asked = []string{"openid", "profile birthdate"} }, true},
			"suffix of a host": {func(q *interaction.Request) { q.RedirectURI = "https://notapp.example/cb" }, true},
		} {
			n.Parks = same
			c.change(&n.Parks)
			if _, p := ada.Authorize(n); asks(p) != c.asked {
				t.Errorf("%s: asked is %v", name, asks(p))
			}
		}
		n.Parks = same
		if _, p := signedIn(t, n, "u_bob").Authorize(n); !asks(p) {
			t.Error("Ada's consent was used for Bob")
		}
	})
}

func TestWhoAllowedAClaimIsAskedForTheRest(t *testing.T) {
	everywhere(t, func(t *testing.T, n *logintest.Node, db *durable.DB) {
		ada := signedIn(t, n, "u_ada")
		n.Parks.Scopes, n.Parks.Asked = []string{"openid", "profile"}, []string{"openid", "profile birthdate"}
		handle, p := ada.Authorize(n)
		if !strings.Contains(p.Body, "See your date of birth") || strings.Contains(p.Body, "other profile details") {
			t.Errorf("asked for %s", p.Body)
		}
		ada.Follow(n, decide(ada, n, handle, "allow"))
		if all := allowed(t, db, "u_ada"); len(all) != 1 || !slices.Equal(all[0].Scopes, []string{"openid", "profile birthdate"}) {
			t.Errorf("allowed %+v", all)
		}
		if _, p := ada.Authorize(n); asks(p) {
			t.Error("asked for the same again")
		}
		n.Parks.Asked = nil
		if _, p := ada.Authorize(n); !asks(p) || !strings.Contains(p.Body, "other profile details") {
			t.Error("a claim was taken for its scope")
		}
	})
}

func TestAppsOnTheDeviceAreAskedEveryTime(t *testing.T) {
	everywhere(t, func(t *testing.T, n *logintest.Node, _ *durable.DB) {
		ada := signedIn(t, n, "u_ada")
		for _, redirect := range []string{
			"http://127.0.0.1:4711/cb", "http://[::1]:4711/cb", "http://localhost/cb", "https://localhost/cb", "com.example.app:/cb", "claude://cb",
		} {
			n.Parks.RedirectURI = redirect
			for range 2 {
				handle, p := ada.Authorize(n)
				if !asks(p) || !strings.Contains(p.Body, "can’t verify its identity") {
					t.Errorf("%s: asked is %v", redirect, asks(p))
				}
				if p := ada.Follow(n, decide(ada, n, handle, "allow")); p.Body != "u_ada "+interaction.Allowed {
					t.Errorf("%s: allowed, ends at %.20q", redirect, p.Body)
				}
			}
		}
	})
}

func TestGrowingScopesAreMarkedAndAdded(t *testing.T) {
	everywhere(t, func(t *testing.T, n *logintest.Node, db *durable.DB) {
		ada := signedIn(t, n, "u_ada")
		handle, p := ada.Authorize(n)
		if strings.Contains(p.Body, `class="new"`) {
			t.Error("on the first time everything is marked as new")
		}
		decide(ada, n, handle, "allow")
		n.Parks.Scopes = []string{"openid", "tickets:write"}
		handle, p = ada.Authorize(n)
		if strings.Count(p.Body, `class="new"`) != 1 || !strings.Contains(p.Body, "<code>tickets:write</code>") {
			t.Error("the new scope is not marked, or not shown by its name")
		}
		decide(ada, n, handle, "allow")
		all := allowed(t, db, "u_ada")
		if len(all) != 1 || !slices.Equal(all[0].Scopes, []string{"email", "openid", "tickets:write"}) {
			t.Errorf("allowed: %+v", all)
		}
	})
}

func TestParallelConsentsOnTwoNodesLoseNothing(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		db, store := seed(t, open(t)), ephemeral.NewMemory()
		nodes := []*logintest.Node{start(t, db, store), start(t, db, store)}
		scopes := [][]string{{"openid", "email"}, {"profile", "openid"}}
		var all sync.WaitGroup
		for i, n := range nodes {
			n.Parks.Scopes = scopes[i]
			for range 10 {
				all.Go(func() {
					ada := signedIn(t, n, "u_ada")
					handle, p := ada.Authorize(n)
					if asks(p) {
						p = ada.Follow(n, decide(ada, n, handle, "allow"))
					}
					if !strings.HasPrefix(p.Body, "u_ada ") {
						t.Errorf("ends at %d", p.Status)
					}
				})
			}
		}
		all.Wait()
		stored := allowed(t, db, "u_ada")
		if len(stored) != 1 || !slices.Equal(stored[0].Scopes, []string{"email", "openid", "profile"}) {
			t.Errorf("allowed: %+v", stored)
		}
	})
}

func TestPageShowsWhereTheAnswerGoes(t *testing.T) {
	n := start(t, seed(t, storagetest.SQLite(t)), ephemeral.NewMemory())
	ada := signedIn(t, n, "u_ada")
	n.Parks.ClientID, n.Parks.ClientName = "https://client.example/metadata.json", `Google"><script>alert(1)</script>`
	n.Parks.RedirectURI, n.Parks.Resources = uri, []string{"https://api.example/mcp"}
	handle, p := ada.Authorize(n)
	for _, shown := range []string{"client.example", "app.example", "https://api.example/mcp", "ada@example.com", "No one has verified"} {
		if !strings.Contains(p.Body, shown) {
			t.Errorf("the page does not show %q", shown)
		}
	}
	if strings.Contains(p.Body, "<script>alert") {
		t.Error("the client's name is markup")
	}
	if p.Header.Get("X-Frame-Options") != "DENY" || !strings.Contains(p.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Error("the page can be framed")
	}
	if p := ada.Get(n, "/login?switch=1&request="+handle); p.Status != http.StatusOK || !strings.Contains(p.Body, "u_bob") {
		t.Errorf("switching the account: %d", p.Status)
	}
}

func TestFirstPartyIsToldNoWarning(t *testing.T) {
	n := start(t, seed(t, storagetest.SQLite(t)), ephemeral.NewMemory())
	n.Parks.FirstParty, n.Parks.Prompt = true, []string{"consent"}
	if _, p := signedIn(t, n, "u_ada").Authorize(n); !asks(p) || strings.Contains(p.Body, `class="warning"`) {
		t.Errorf("asked is %v", asks(p))
	}
}
