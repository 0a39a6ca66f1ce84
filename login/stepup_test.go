package login_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// mounted is a node with a page of ours that asks for a step-up, and one that reports it.
func mounted(t *testing.T, d *logintest.Deployment) *logintest.Node {
	return d.NodeWith(func(mux *web.Mux, n *logintest.Node) {
		mux.Page("GET /account/change", func(w http.ResponseWriter, r *http.Request) error {
			return n.Flow.StepUp(w, r, "/account/changed")
		})
		mux.Page("GET /account/changed", func(w http.ResponseWriter, r *http.Request) error {
			s, err := n.Sessions.Current(r)
			if err != nil || s == nil {
				return web.Redirect(w, "/login")
			}
			strong, err := n.Flow.Strong(r.Context(), s)
			if err != nil {
				return err
			}
			_, err = w.Write([]byte(map[bool]string{true: "strong", false: "weak"}[strong]))
			return err
		})
	})
}

func handleOf(p logintest.Page) string {
	return p.Location[strings.LastIndex(p.Location, "=")+1:]
}

func TestStepUpAsksOnlyForWhatIsMissingAndKeepsTheSession(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		b := logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		before, cookie := d.Session("u_ada"), b.Cookie(n, "symbolon_session")
		d.AddPasskey("u_ada")
		d.Clock.Add(time.Hour)
		n.Parks.ACRValues = []string{login.ACRPHR}
		handle, p := b.Authorize(n)
		if !strings.Contains(p.Body, "Example App wants you to confirm it’s you") || !strings.Contains(p.Body, "ada@example.com") {
			t.Fatalf("the page does not say why: %d", p.Status)
		}
		if strings.Contains(p.Body, "/login/click/mail") || strings.Contains(p.Body, "/login/totp") {
			t.Error("the page offers what does not help")
		}
		if p := b.Follow(n, b.Click(n, "passkey", "u_ada", handle)); p.Body != "u_ada " {
			t.Fatalf("afterwards: %d %.40q", p.Status, p.Body)
		}
		after := d.Session("u_ada")
		if after.ID != before.ID || b.Cookie(n, "symbolon_session") == cookie {
			t.Error("the session has another id, or the same cookie")
		}
		old := logintest.NewBrowser(t)
		if old.SetCookie(n, "symbolon_session", cookie); old.SignedIn(n) {
			t.Error("the old cookie still works")
		}
		if after.ACR != "phr" || strings.Join(after.AMR, " ") != "mfa pop user" {
			t.Errorf("acr %q, amr %q", after.ACR, after.AMR)
		}
	})
}

func TestWhatStandsOnTheSessionIsAsOldAsTheSession(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		b := logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		key := d.EnrolApp("u_ada")
		before := d.Session("u_ada")
		d.Clock.Add(time.Hour)
		n.Parks.ACRValues = []string{login.ACRMFA}
		handle, p := b.Authorize(n)
		if !strings.Contains(p.Body, "/login/totp") {
			t.Fatalf("the app is not asked for: %d", p.Status)
		}
		b.Enter(n, "totp", d.Code(key, 0), handle)
		after := d.Session("u_ada")
		if after.ACR != login.ACRMFA || !after.AuthTime.Equal(before.AuthTime) || strings.Join(after.AMR, " ") != "mail mfa otp" {
			t.Errorf("acr %q, amr %q, proven %s later", after.ACR, after.AMR, after.AuthTime.Sub(before.AuthTime))
		}
	})
}

func TestPromptLoginAndMaxAgeAskForEverythingAnew(t *testing.T) {
	age := time.Minute
	for name, parks := range map[string]func(n *logintest.Node){
		"prompt=login": func(n *logintest.Node) { n.Parks.Prompt = []string{"login"} },
		"max_age":      func(n *logintest.Node) { n.Parks.MaxAge = &age },
	} {
		logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
			n, key := d.Node(), d.EnrolApp("u_ada")
			b := logintest.NewBrowser(t)
			b.Click(n, "mail", "u_ada", "")
			b.Enter(n, "totp", d.Code(key, 0), "")
			before := d.Session("u_ada")
			d.Clock.Add(time.Hour)
			parks(n)
			handle, p := b.Authorize(n)
			if !strings.Contains(p.Body, "/login/click/mail") {
				t.Fatalf("%s: %d without a sign-in page", name, p.Status)
			}
			if p := b.Enter(n, "totp", d.Code(key, 0), handle); p.Location != "/login?request="+handle {
				t.Errorf("%s: the second factor alone: %d %q", name, p.Status, p.Location)
			}
			if p := b.Click(n, "mail", "u_ada", handle); p.Location != "/login/second?request="+handle {
				t.Errorf("%s: after the mail: %d %q", name, p.Status, p.Location)
			}
			if p := b.Follow(n, b.Enter(n, "totp", d.Code(key, 0), handle)); p.Body != "u_ada " {
				t.Errorf("%s: afterwards: %d %.40q", name, p.Status, p.Body)
			}
			if after := d.Session("u_ada"); after.ID != before.ID || after.AuthTime.Sub(before.AuthTime) < time.Hour {
				t.Errorf("%s: session kept is %v, proven %s later", name, after.ID == before.ID, after.AuthTime.Sub(before.AuthTime))
			}
		})
	}
}

func TestAnotherAccountConfirmsNothing(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		b := logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		d.Clock.Add(time.Second)
		n.Parks.Prompt = []string{"login"}
		handle, _ := b.Authorize(n)
		p := b.Click(n, "mail", "u_bob", handle)
		if p.Status != http.StatusForbidden || !strings.Contains(p.Body, "/login?") || !strings.Contains(b.Get(n, "/account").Body, "ada@") {
			t.Fatalf("bob confirms for ada: %d", p.Status)
		}
		events, err := d.DB.Events(t.Context(), audit.Filter{Type: audit.SignIn, Limit: 1})
		if err != nil || events[0].Reason != "other_account" {
			t.Errorf("audit: %+v, %v", events, err)
		}
		if p := b.Get(n, "/login?switch=1&request="+handle); p.Status != http.StatusOK || strings.Contains(p.Body, "ada@example.com") {
			t.Errorf("to begin again: %d", p.Status)
		}
		if p := b.Follow(n, b.Click(n, "mail", "u_bob", handle)); p.Body != "u_bob " {
			t.Errorf("bob, having begun again: %d %.40q", p.Status, p.Body)
		}
	})
}

func TestReauthenticationKeepsTheTokensOfOtherApps(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		b := logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		client := storage.Client{ID: "c_other", Kind: storage.KindApp, Name: "Other", CreatedAt: d.Clock.Now()}
		if err := d.DB.CreateClient(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		grant := storage.Grant{
			ID: "g_1", ClientID: client.ID, UserID: "u_ada", SessionID: d.Session("u_ada").ID, CreatedAt: d.Clock.Now(),
			ExpiresAt: d.Clock.Now().Add(time.Hour), CodeDigest: storage.Digest("code"), CodeExpiresAt: d.Clock.Now().Add(time.Hour),
		}
		if err := d.DB.AddGrant(t.Context(), grant, storage.Spent{}); err != nil {
			t.Fatal(err)
		}
		alive := func() bool {
			state, err := d.DB.Grant(t.Context(), grant.ID)
			if err != nil {
				t.Fatal(err)
			}
			return state.Alive
		}
		d.Clock.Add(time.Minute)
		n.Parks.Prompt = []string{"login"}
		handle, _ := b.Authorize(n)
		if b.Click(n, "mail", "u_ada", handle); !alive() {
			t.Error("to sign in again has ended another app's grant")
		}
		n.Parks.Prompt = nil
		handle, _ = b.Authorize(n)
		b.Get(n, "/login?switch=1&request="+handle)
		if b.Click(n, "mail", "u_bob", handle); alive() {
			t.Error("ada's grant outlives her session")
		}
	})
}

func TestStepUpOfOurOwnPagesTakesTwoFactorsOfWhoHasThem(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := mounted(t, d)
		b := logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		if p := b.Get(n, "/account/changed"); p.Body != "strong" {
			t.Errorf("just signed in with all there is: %q", p.Body)
		}
		d.AddPasskey("u_ada")
		codes := d.RecoveryCodes("u_ada")
		if p := b.Get(n, "/account/changed"); p.Body != "weak" {
			t.Errorf("mail only, where there is a passkey: %q", p.Body)
		}
		p := b.Get(n, "/account/change")
		handle := handleOf(p)
		if p.Location != "/login/second?request="+handle || !strings.Contains(b.Get(n, p.Location).Body, "Confirm it’s you before changing") {
			t.Fatalf("step-up: %d %q", p.Status, p.Location)
		}
		if p := b.Click(n, "passkey", "u_bob", handle); p.Status != http.StatusForbidden {
			t.Errorf("somebody else's passkey: %d", p.Status)
		}
		b.Get(n, "/login?switch=1&request="+handle)
		if p := b.Click(n, "mail", "u_bob", handle); p.Status != http.StatusForbidden {
			t.Errorf("somebody else, begun again: %d", p.Status)
		}
		if p := b.Follow(n, b.Enter(n, "recovery", codes[0], handle)); p.Body != "strong" {
			t.Errorf("with a recovery code: %d %.40q", p.Status, p.Body)
		}
		d.Clock.Add(6 * time.Minute)
		if p := b.Get(n, "/account/changed"); p.Body != "weak" {
			t.Errorf("six minutes later: %q", p.Body)
		}
		p = b.Get(n, "/account/change")
		if p.Location != "/login?request="+handleOf(p) {
			t.Fatalf("step-up of an old session: %q", p.Location)
		}
		if p := b.Follow(n, b.Click(n, "passkey", "u_ada", handleOf(p))); p.Body != "strong" {
			t.Errorf("with the passkey: %d %.40q", p.Status, p.Body)
		}
	})
}

func TestRequestOfOurOwnPagesGetsNoCode(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := mounted(t, d)
		b := logintest.NewBrowser(t)
		p := b.Get(n, "/account/change")
		handle := handleOf(p)
		if p.Location != "/login?request="+handle {
			t.Fatalf("signed out: %q", p.Location)
		}
		if p := b.Click(n, "mail", "u_ada", handle); p.Location != "/account/changed" {
			t.Errorf("afterwards: %d %q", p.Status, p.Location)
		}
	})
}

func TestStepUpGoesNowhereElse(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.NodeWith(func(mux *web.Mux, n *logintest.Node) {
			mux.Page("GET /to", func(w http.ResponseWriter, r *http.Request) error {
				return n.Flow.StepUp(w, r, r.URL.Query().Get("path"))
			})
		})
		b := logintest.NewBrowser(t)
		for _, path := range []string{"", "account", "//evil.example", "https://evil.example", `/\evil.example`} {
			if p := b.Get(n, "/to?path="+path); p.Status != http.StatusInternalServerError || p.Location != "" {
				t.Errorf("%q: %d %q", path, p.Status, p.Location)
			}
		}
	})
}

func TestSessionThatEndedMeanwhileIsNotKept(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.NodeWith(func(mux *web.Mux, n *logintest.Node) {
			mux.Page("POST /race", func(w http.ResponseWriter, r *http.Request) error {
				before, err := n.Sessions.Current(r)
				if err != nil {
					return err
				}
				if err := d.DB.EndSession(r.Context(), before.ID, d.Clock.Now()); err != nil {
					return err
				}
				after, err := n.Sessions.Start(w, r, storage.SignIn{UserID: before.UserID, Session: storage.Session{AuthTime: d.Clock.Now()}})
				if err == nil && after.ID == before.ID {
					t.Error("an ended session came back")
				}
				return err
			})
		})
		b := logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		if b.Post(n, "/race", nil); !b.SignedIn(n) {
			t.Error("signed out")
		}
	})
}
