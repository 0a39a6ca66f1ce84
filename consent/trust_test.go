package consent_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/consent"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/devuser"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

// moving says of every client whether it has changed, and remembers which are to be kept.
type moving struct {
	changed bool
	kept    []string
}

func (m *moving) Keep(_ context.Context, shown storage.Client) error {
	m.kept = append(m.kept, shown.ID)
	return nil
}

func (m *moving) Changed(context.Context, storage.Client) (bool, error) { return m.changed, nil }

// inTown is a node with everything a consent page can know of clients.
func inTown(t *testing.T, db *durable.DB, clients consent.Clients, change ...func(*consent.Asker)) *logintest.Node {
	t.Helper()
	n := logintest.New(t, logintest.Setup{DB: db, Ephemeral: ephemeral.NewMemory()}, []login.Method{&devuser.Method{Users: db}},
		func(mux *web.Mux, n *logintest.Node) {
			asker := &consent.Asker{
				Store: db, Sessions: n.Sessions, Requests: n.Requests, Pages: n.Pages, Audit: n.Audit, Clients: clients,
				SelfRegistered: "c_dyn_", KnownHosts: []string{"known.example"}, LogoURL: func(name string) string { return "/logo/" + name + ".png" },
			}
			for _, f := range change {
				f(asker)
			}
			asker.Mount(mux)
			n.Steps = append(n.Steps, asker)
		})
	n.Parks.Scopes = []string{"openid", "email"}
	return n
}

const logoURI = "https://app.example/logo.png"

func TestMarkAndWarningAreScaledToTheRisk(t *testing.T) {
	db := seed(t, storagetest.SQLite(t))
	n := inTown(t, db, nil)
	ada, base := signedIn(t, n, "u_ada"), n.Parks
	const mark, warning = `class="badge refused"`, `class="warning"`
	for name, c := range map[string]struct {
		change  func(q *interaction.Request)
		shown   []string
		missing []string
	}{
		"registered itself": {func(q *interaction.Request) { q.ClientID = "c_dyn_X" },
			[]string{mark, warning, "registered itself", "app.example"}, []string{"An administrator approved this app", `<img src="`}},
		"registered itself, approved": {func(q *interaction.Request) { q.ClientID, q.Approved = "c_dyn_X", true },
			[]string{"An administrator approved this app", "app.example"}, []string{mark, warning}},
		"unknown document": {func(q *interaction.Request) { q.ClientID = "https://client.example/c.json" },
			[]string{mark, warning, "No one has verified", "client.example", "app.example"}, nil},
		"a host that only ends alike": {func(q *interaction.Request) { q.ClientID = "https://notknown.example/c.json" }, []string{mark, warning}, nil},
		"known document": {func(q *interaction.Request) { q.ClientID = "https://a.known.example/c.json" },
			[]string{"knows the site this app comes from", "app.example"}, []string{mark, warning}},
		"approved document": {func(q *interaction.Request) { q.ClientID, q.Approved = "https://client.example/c.json", true },
			[]string{"An administrator approved this app"}, []string{mark, warning}},
		"registered by hand": {func(*interaction.Request) {}, []string{"An administrator approved this app", "app.example"}, []string{mark, warning}},
		"the organisation's": {func(q *interaction.Request) { q.FirstParty = true }, []string{"Run by the same organization"}, []string{mark, warning}},
		"on the device":      {func(q *interaction.Request) { q.RedirectURI = "http://127.0.0.1:4711/cb" }, []string{warning, "can’t verify its identity", "127.0.0.1"}, []string{mark, "Approval", "An administrator approved this app"}},
	} {
		n.Parks = base
		n.Parks.Prompt = []string{"consent"}
		c.change(&n.Parks)
		_, p := ada.Authorize(n)
		for _, text := range c.shown {
			if !strings.Contains(p.Body, text) {
				t.Errorf("%s: does not show %q", name, text)
			}
		}
		for _, text := range c.missing {
			if strings.Contains(p.Body, text) {
				t.Errorf("%s: shows %q", name, text)
			}
		}
	}
}

func TestPeopleAreToldOfSoftwareThatBroughtItselfAlong(t *testing.T) {
	db := seed(t, storagetest.SQLite(t))
	for _, id := range []string{"c_dyn_X", "https://client.example/c.json"} {
		if err := db.CreateClient(t.Context(), storage.Client{ID: id, Kind: storage.KindApp, Name: "Claude"}); err != nil {
			t.Fatal(err)
		}
	}
	var told []string
	n := inTown(t, db, nil, func(a *consent.Asker) {
		a.Connected = func(_ context.Context, s *session.Session, app string, scopes []string) {
			told = append(told, s.UserID+" "+app+" "+strings.Join(scopes, " "))
		}
	})
	ada := signedIn(t, n, "u_ada")
	n.Parks.Prompt = []string{"consent"}
	for _, c := range []struct {
		id       string
		approved bool
		scopes   []string
		decision string
		want     string
	}{
		{"c_app", false, []string{"openid"}, "allow", ""}, // the operator registered it
		{"c_dyn_X", false, []string{"openid"}, "deny", ""},
		{"c_dyn_X", false, []string{"openid"}, "allow", "u_ada app.example openid"},
		{"c_dyn_X", false, []string{"openid"}, "allow", ""}, // nothing new
		{"c_dyn_X", false, []string{"openid", "email"}, "allow", "u_ada app.example openid email"},
		{"https://client.example/c.json", true, []string{"openid"}, "allow", ""},
		{"https://client.example/c.json", false, []string{"email"}, "allow", "u_ada client.example email"},
	} {
		told = nil
		n.Parks.ClientID, n.Parks.Approved, n.Parks.Scopes = c.id, c.approved, c.scopes
		handle, _ := ada.Authorize(n)
		decide(ada, n, handle, c.decision)
		if got := strings.Join(told, "; "); got != c.want {
			t.Errorf("%s %s %v: told %q, want %q", c.decision, c.id, c.scopes, got, c.want)
		}
	}
}

func TestHostOfAURLClientIsLargerThanItsName(t *testing.T) {
	n := inTown(t, seed(t, storagetest.SQLite(t)), nil)
	n.Parks.ClientID, n.Parks.ClientName = "https://client.example/c.json", "https://accounts.google.com"
	_, p := signedIn(t, n, "u_ada").Authorize(n)
	heading := regexp.MustCompile(`(?s)<h1>.*?</h1>`).FindString(p.Body)
	if !strings.Contains(strings.ReplaceAll(heading, "<wbr>", ""), "client.example") || strings.Contains(heading, "google") {
		t.Errorf("the heading is %s", heading)
	}
	if !strings.Contains(p.Body, "It calls itself “<bdi>https://accounts.google.com</bdi>”.") {
		t.Error("the name is not told as what it calls itself")
	}
}

func TestWhoRegisteredItselfIsKnownByWhereTheAnswerGoes(t *testing.T) {
	n := inTown(t, seed(t, storagetest.SQLite(t)), nil)
	ada := signedIn(t, n, "u_ada")
	n.Parks.ClientID, n.Parks.ClientName = "c_dyn_X", "Google"
	for redirect, heading := range map[string]string{"https://evil.example/cb": "evil.example", "http://localhost/cb": "Google", "com.google:/cb": "Google"} {
		n.Parks.RedirectURI = redirect
		_, p := ada.Authorize(n)
		got := regexp.MustCompile(`(?s)<h1>.*?</h1>`).FindString(p.Body)
		if !strings.Contains(strings.ReplaceAll(got, "<wbr>", ""), heading) || !strings.Contains(p.Body, "unverified") {
			t.Errorf("%s: the heading is %s", redirect, got)
		}
	}
}

func TestLinksAreHTTPSAndShowTheirHost(t *testing.T) {
	n := inTown(t, seed(t, storagetest.SQLite(t)), nil)
	n.Parks.Links = storage.ClientLinks{
		ClientURI: "https://www.app.example/about", PolicyURI: "javascript:alert(1)", TOSURI: "http://app.example/terms",
	}
	_, p := signedIn(t, n, "u_ada").Authorize(n)
	for _, shown := range []string{`href="https://www.app.example/about"`, `rel="noopener noreferrer nofollow ugc"`, "<small><bdi>www.app.example</bdi></small>"} {
		if !strings.Contains(strings.ReplaceAll(p.Body, "<wbr>", ""), shown) {
			t.Errorf("the page does not show %s", shown)
		}
	}
	if strings.Contains(p.Body, "javascript:") || strings.Contains(p.Body, "/terms") {
		t.Error("a link that is not https is shown")
	}
}

func TestLogoIsOurCopyAndOnlyOfWhoeverSomebodyAnswersFor(t *testing.T) {
	db := seed(t, storagetest.SQLite(t))
	n := inTown(t, db, nil)
	ada, shown := signedIn(t, n, "u_ada"), `<img src="/logo/name.png" alt=""`
	n.Parks.Links.LogoURI = logoURI
	if _, p := ada.Authorize(n); strings.Contains(p.Body, `<img src="`) || strings.Contains(p.Body, logoURI) {
		t.Error("a logo that was never fetched is shown")
	}
	for _, id := range []string{"c_app", "c_dyn_X"} {
		_ = db.CreateClient(t.Context(), storage.Client{ID: id, Kind: storage.KindApp, Name: "X"})
		if err := db.PutClientLogo(t.Context(), storage.ClientLogo{ClientID: id, Name: "name", PNG: []byte{1}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, p := ada.Authorize(n); !strings.Contains(p.Body, shown) {
		t.Error("the logo is not shown")
	}
	n.Parks.ClientID = "c_dyn_X"
	if _, p := ada.Authorize(n); strings.Contains(p.Body, `<img src="`) {
		t.Error("the logo of software that registered itself is shown")
	}
	n.Parks.Approved = true
	if _, p := ada.Authorize(n); !strings.Contains(p.Body, shown) {
		t.Error("the logo is not shown once it is approved")
	}
}

func TestOnlyWhatIsAllowedIsKept(t *testing.T) {
	db, clients := seed(t, storagetest.SQLite(t)), &moving{}
	n := inTown(t, db, clients)
	n.Parks.Client = &storage.Client{ID: "c_app"}
	ada := signedIn(t, n, "u_ada")
	handle, _ := ada.Authorize(n)
	decide(ada, n, handle, "deny")
	handle, _ = ada.Authorize(n)
	if len(clients.kept) != 0 {
		t.Fatalf("kept without having been allowed: %v", clients.kept)
	}
	decide(ada, n, handle, "allow")
	if !slices.Equal(clients.kept, []string{"c_app"}) {
		t.Errorf("kept %v", clients.kept)
	}
}

func TestAnswerAboutAClientThatChangedMeanwhileIsNotRemembered(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		db, clients := seed(t, open(t)), &moving{}
		n := inTown(t, db, clients)
		n.Parks.Client = &storage.Client{ID: "c_app"}
		ada := signedIn(t, n, "u_ada")
		handle, _ := ada.Authorize(n)
		clients.changed = true
		if p := ada.Follow(n, decide(ada, n, handle, "allow")); p.Body != "u_ada "+interaction.Allowed {
			t.Errorf("the answer does not count for its own request: %.40q", p.Body)
		}
		if all := allowed(t, db, "u_ada"); len(all) != 0 {
			t.Errorf("remembered: %+v", all)
		}
		clients.changed = false
		handle, p := ada.Authorize(n)
		if !asks(p) {
			t.Fatal("nobody is asked about the changed client")
		}
		decide(ada, n, handle, "allow")
		if all := allowed(t, db, "u_ada"); len(all) != 1 {
			t.Errorf("remembered: %+v", all)
		}
	})
}
