package magiclink_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func TestScannerThatOpensTheLinkUsesNothingUp(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t)
		ada, scanner := logintest.NewBrowser(t), logintest.NewBrowser(t)
		handle, _ := ada.Authorize(n)
		ask(ada, n, "ada@example.com", handle)
		link, _ := d.last(t)
		for range 3 {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				for _, b := range []*logintest.Browser{scanner, ada} {
					if p := b.Send(method, n.URL+link, nil); p.Status != http.StatusOK {
						t.Fatalf("%s: %d", method, p.Status)
					}
				}
			}
		}
		if scanner.SignedIn(n) || ada.SignedIn(n) {
			t.Fatal("opening the link signed somebody in")
		}
		if p := ada.Follow(n, ada.Post(n, link, nil)); p.Body != "u_ada " {
			t.Errorf("the button leads to %d", p.Status)
		}
	})
}

func TestOtherBrowserIsNeverSignedIn(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t)
		ada, phone := logintest.NewBrowser(t), logintest.NewBrowser(t)
		ada.UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
		handle, _ := ada.Authorize(n)
		ask(ada, n, "ada@example.com", handle)
		link, code := d.last(t)
		phone.Authorize(n) // it has a browser cookie of its own
		page := phone.Get(n, link)
		for _, shown := range []string{code, "Firefox on Linux", "127.0.0.0/24", "Example App", link + "/not-me"} {
			if !strings.Contains(page.Body, shown) {
				t.Errorf("the page does not show %q", shown)
			}
		}
		for _, b := range []*logintest.Browser{phone, logintest.NewBrowser(t)} {
			if p := b.Post(n, link, nil); p.Status != http.StatusForbidden || b.SignedIn(n) {
				t.Errorf("posting the link: %d", p.Status)
			}
			if p := enter(b, n, code, handle); p.Status != http.StatusGone || b.SignedIn(n) {
				t.Errorf("typing the code: %d", p.Status)
			}
		}
		if p := ada.Follow(n, enter(ada, n, code, handle)); p.Body != "u_ada " {
			t.Errorf("the browser that asked: %d", p.Status)
		}
	})
}

func TestOneMailSignsInOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		nodes := []*logintest.Node{d.node(t), d.node(t)}
		ada := logintest.NewBrowser(t)
		ask(ada, nodes[0], "ada@example.com", "")
		link, code := d.last(t)
		browser := ada.Cookie(nodes[0], "symbolon_browser")
		var all sync.WaitGroup
		var mu sync.Mutex
		got := map[int]int{}
		for i := range 30 {
			all.Go(func() {
				n := nodes[i%2]
				b := logintest.NewBrowser(t) // the same browser, without the session of the winner
				b.SetCookie(n, "symbolon_browser", browser)
				use := func() logintest.Page { return b.Post(n, link, nil) }
				if i%8 == 0 { // the code is the same single use
					use = func() logintest.Page { return enter(b, n, code, "") }
				}
				p := use()
				mu.Lock()
				got[p.Status]++
				mu.Unlock()
			})
		}
		all.Wait()
		if got[http.StatusSeeOther] != 1 || got[http.StatusGone] != 29 {
			t.Errorf("answers: %v", got)
		}
		sessions, err := d.DB.UserSessions(t.Context(), "u_ada")
		if err != nil || len(sessions) != 1 {
			t.Errorf("%d sessions, %v", len(sessions), err)
		}
	})
}

func TestRestoredRecordDoesNotSignInAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t)
		ada := logintest.NewBrowser(t)
		ask(ada, n, "ada@example.com", "")
		link, _ := d.last(t)
		key := recordKey(link)
		value, err := d.Ephemeral.Get(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		ada.Post(n, link, nil)
		ada.Get(n, "/logout")
		if err := d.Ephemeral.Put(t.Context(), key, value, time.Hour); err != nil {
			t.Fatal(err)
		}
		if p := ada.Post(n, link, nil); p.Status != http.StatusGone || ada.SignedIn(n) {
			t.Errorf("status %d", p.Status)
		}
	})
}

func TestUsedLinkLeadsNobodyElseAnywhere(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t, logintest.Click{Called: "click", Kind: login.Mailbox})
		ada, bob := logintest.NewBrowser(t), logintest.NewBrowser(t)
		bob.Click(n, "click", "u_ada", "") // signed in, even to the same account
		handle, _ := ada.Authorize(n)
		ask(ada, n, "ada@example.com", handle)
		link, _ := d.last(t)
		ada.Post(n, link, nil)
		for _, p := range []logintest.Page{bob.Get(n, link), bob.Post(n, link, nil), logintest.NewBrowser(t).Get(n, link)} {
			if p.Status != http.StatusGone {
				t.Errorf("another browser: %d %q", p.Status, p.Location)
			}
		}
		if p := ada.Post(n, link+"/not-me", nil); p.Status != http.StatusGone {
			t.Errorf("not me: %d", p.Status)
		}
		ada.Get(n, "/logout")
		for _, p := range []logintest.Page{ada.Get(n, link), ada.Post(n, link, nil)} {
			if p.Status != http.StatusGone || ada.SignedIn(n) {
				t.Errorf("signed out: %d %q", p.Status, p.Location)
			}
		}
	})
}

func TestUsedLinkOpenedAgainGoesOn(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t)
		ada := logintest.NewBrowser(t)
		handle, _ := ada.Authorize(n)
		ask(ada, n, "ada@example.com", handle)
		link, _ := d.last(t)
		ada.Post(n, link, nil)
		for _, p := range []logintest.Page{ada.Get(n, link), ada.Post(n, link, nil)} {
			if p.Location != "/authorize/"+handle || ada.Follow(n, p).Body != "u_ada " {
				t.Errorf("again: %d %q", p.Status, p.Location)
			}
		}
		if _, err := d.Ephemeral.Take(t.Context(), "request:"+handle); err != nil {
			t.Fatal(err)
		}
		if p := ada.Get(n, link); p.Location != "/account" {
			t.Errorf("when the request is answered: %d %q", p.Status, p.Location)
		}
		if sessions, err := d.DB.UserSessions(t.Context(), "u_ada"); err != nil || len(sessions) != 1 {
			t.Errorf("%d sessions, %v", len(sessions), err)
		}
	})
}

func TestUsedLinkIsKeptWithoutAddressAndCode(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	ada := logintest.NewBrowser(t)
	ask(ada, n, "ada@example.com", "")
	link, _ := d.last(t)
	ada.Post(n, link, nil)
	value, err := d.Ephemeral.Get(t.Context(), recordKey(link))
	if err != nil || strings.Contains(string(value), "ada@") || !strings.Contains(string(value), `"code":null`) {
		t.Errorf("%s, %v", value, err)
	}
}

func TestNewMailVoidsTheOldOfItsBrowser(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t)
		ada := logintest.NewBrowser(t)
		handle, _ := ada.Authorize(n)
		ask(ada, n, "ada@example.com", handle)
		oldLink, oldCode := d.last(t)
		ask(ada, n, "Ada@example.com", handle)
		link, code := d.last(t)
		if p := ada.Get(n, oldLink); p.Status != http.StatusGone || !strings.Contains(p.Body, "/login") {
			t.Errorf("the old link: %d", p.Status)
		}
		if p := ada.Post(n, oldLink, nil); p.Status != http.StatusGone || ada.SignedIn(n) {
			t.Errorf("the old link, posted: %d", p.Status)
		}
		if oldCode != code {
			if p := enter(ada, n, oldCode, handle); p.Status != http.StatusBadRequest || ada.SignedIn(n) {
				t.Errorf("the old code: %d", p.Status)
			}
		}
		if p := ada.Follow(n, ada.Post(n, link, nil)); p.Body != "u_ada " {
			t.Errorf("the new link: %d", p.Status)
		}
	})
}

func TestLinkIsDeadAfterTenMinutes(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	begun := d.Clock.Now()
	d.Ephemeral.Clock = func() time.Time { return begun } // it never drops anything
	n := d.node(t)
	ada := logintest.NewBrowser(t)
	ask(ada, n, "ada@example.com", "")
	link, code := d.last(t)
	d.Clock.Add(10*time.Minute - time.Second)
	if p := ada.Get(n, link); p.Status != http.StatusOK {
		t.Fatalf("before its end: %d", p.Status)
	}
	d.Clock.Add(time.Second)
	for name, p := range map[string]logintest.Page{
		"open": ada.Get(n, link), "post": ada.Post(n, link, nil), "code": enter(ada, n, code, ""), "page": ada.Get(n, "/login/mail/code"),
	} {
		if p.Status != http.StatusGone || ada.SignedIn(n) {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
}

func TestMutatedTokenIsDead(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	ada := logintest.NewBrowser(t)
	ask(ada, n, "ada@example.com", "")
	link, _ := d.last(t)
	last := "A"
	if strings.HasSuffix(link, last) {
		last = "B"
	}
	for name, mutant := range map[string]string{
		"flipped": link[:len(link)-1] + last, "truncated": link[:len(link)-1], "longer": link + "A",
		"no prefix": strings.Replace(link, "symbolon_ml_", "", 1), "another purpose": strings.Replace(link, "symbolon_ml_", "symbolon_ac_", 1),
		"lower case": "/login/mail/symbolon_ml_" + strings.ToLower(link[len("/login/mail/symbolon_ml_"):]), "nothing like it": "/login/mail/x",
		"long": "/login/mail/" + strings.Repeat("A", 8000),
	} {
		for _, p := range []logintest.Page{ada.Get(n, mutant), ada.Post(n, mutant, nil), ada.Post(n, mutant+"/not-me", nil)} {
			if p.Status != http.StatusGone || ada.SignedIn(n) {
				t.Errorf("%s: %d", name, p.Status)
			}
		}
	}
	if p := ada.Post(n, link, nil); p.Status != http.StatusSeeOther {
		t.Errorf("the real one: %d", p.Status)
	}
}

func TestNotMeElsewhereEndsTheLinkAndLeavesTheCode(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		nodes := []*logintest.Node{d.node(t), d.node(t)}
		ada, scanner := logintest.NewBrowser(t), logintest.NewBrowser(t)
		handle, _ := ada.Authorize(nodes[0])
		ask(ada, nodes[0], "ada@example.com", handle)
		link, code := d.last(t)
		if p := scanner.Get(nodes[0], link+"/not-me"); p.Status != http.StatusMethodNotAllowed {
			t.Errorf("GET: %d", p.Status)
		}
		if p := scanner.Post(nodes[0], link+"/not-me", nil); p.Status != http.StatusOK {
			t.Fatalf("not me: %d", p.Status)
		}
		for _, p := range []logintest.Page{scanner.Get(nodes[1], link), scanner.Post(nodes[1], link, nil)} {
			if p.Status != http.StatusGone || scanner.SignedIn(nodes[1]) {
				t.Errorf("the link afterwards: %d", p.Status)
			}
		}
		for _, p := range []logintest.Page{ada.Get(nodes[1], link), ada.Post(nodes[1], link, nil)} {
			if p.Location != "/login/mail/code?request="+handle || ada.SignedIn(nodes[1]) {
				t.Errorf("the link in the browser that asked: %d %q", p.Status, p.Location)
			}
		}
		if p := ada.Follow(nodes[1], enter(ada, nodes[1], code, handle)); p.Body != "u_ada " {
			t.Errorf("the code in the browser that asked: %d", p.Status)
		}
		events, err := d.DB.Events(t.Context(), audit.Filter{Type: audit.SignIn})
		if err != nil || events[len(events)-1].Reason != "not_me" {
			t.Errorf("audit: %+v, %v", events, err)
		}
	})
}

func TestNotMeWhereItWasAskedForVoidsLinkAndCode(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t)
		ada := logintest.NewBrowser(t)
		ask(ada, n, "ada@example.com", "")
		link, code := d.last(t)
		if p := ada.Post(n, link+"/not-me", nil); p.Status != http.StatusOK {
			t.Fatalf("not me: %d", p.Status)
		}
		for _, p := range []logintest.Page{ada.Post(n, link, nil), enter(ada, n, code, "")} {
			if p.Status != http.StatusGone || ada.SignedIn(n) {
				t.Errorf("afterwards: %d", p.Status)
			}
		}
	})
}

func TestDisabledAccountCannotSignIn(t *testing.T) {
	for _, open := range []bool{false, true} {
		everywhere(t, func(t *testing.T, d *deployment) {
			d.open = open
			n := d.node(t)
			ada := logintest.NewBrowser(t)
			ask(ada, n, "ada@example.com", "")
			link, _ := d.last(t)
			if err := d.DB.SetUserDisabled(t.Context(), "u_ada", time.Now()); err != nil {
				t.Fatal(err)
			}
			if p := ada.Post(n, link, nil); p.Status != http.StatusForbidden || ada.SignedIn(n) {
				t.Errorf("registration %v: %d", open, p.Status)
			}
		})
	}
}

func TestLinkDiesWithTheAddress(t *testing.T) {
	for _, open := range []bool{false, true} {
		everywhere(t, func(t *testing.T, d *deployment) {
			d.open = open
			n := d.node(t)
			ada := logintest.NewBrowser(t)
			ask(ada, n, "ada@example.com", "")
			link, _ := d.last(t)
			user, err := d.DB.User(t.Context(), "u_ada")
			if err != nil {
				t.Fatal(err)
			}
			user.Email = "moved@example.com"
			if err := d.DB.UpdateUser(t.Context(), user); err != nil {
				t.Fatal(err)
			}
			p := ada.Post(n, link, nil)
			if sessions, err := d.DB.UserSessions(t.Context(), "u_ada"); err != nil || len(sessions) != 0 {
				t.Errorf("%d sessions, %v", len(sessions), err)
			}
			if !open && p.Status != http.StatusForbidden {
				t.Errorf("status %d", p.Status)
			}
		})
	}
}

func TestSignUpByMailMakesOneUser(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.open = true
		n := d.node(t)
		newcomer := logintest.NewBrowser(t)
		handle, _ := newcomer.Authorize(n)
		ask(newcomer, n, "New@Example.com", handle)
		link, _ := d.last(t)
		if d.Sent()[0].KnownOnly {
			t.Error("the mail would not reach a newcomer")
		}
		p := newcomer.Follow(n, newcomer.Post(n, link, nil))
		user, err := d.DB.UserByEmail(t.Context(), "new@example.com")
		if err != nil || !user.EmailVerified || p.Body != user.ID+" " {
			t.Fatalf("user %+v, page %q, %v", user, p.Body, err)
		}
		again := logintest.NewBrowser(t)
		ask(again, n, "new@example.com", "")
		link, _ = d.last(t)
		again.Post(n, link, nil)
		if users, err := d.DB.Users(t.Context(), "", storage.Page{}); err != nil || len(users) != 3 { // with Ada and Bob
			t.Errorf("%d users, %v", len(users), err)
		}
	})
}

func TestLosersOfASignUpAreToldThatTheLinkWasUsed(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.open = true
		nodes := []*logintest.Node{d.node(t), d.node(t)}
		for burst := range 12 {
			first, got := logintest.NewBrowser(t), make(chan int, 16)
			ask(first, nodes[0], fmt.Sprintf("new%d@example.com", burst), "")
			link, _ := d.last(t)
			var all sync.WaitGroup
			for i := range cap(got) {
				all.Go(func() {
					b := logintest.NewBrowser(t)
					b.SetCookie(nodes[i%2], "symbolon_browser", first.Cookie(nodes[0], "symbolon_browser"))
					got <- b.Post(nodes[i%2], link, nil).Status
				})
			}
			all.Wait()
			close(got)
			answers := map[int]int{}
			for status := range got {
				answers[status]++
			}
			if answers[http.StatusSeeOther] != 1 || answers[http.StatusGone] != 15 {
				t.Errorf("burst %d: %v", burst, answers)
			}
		}
	})
}

func TestMailIsTheLowestClassAndNeverASecondFactor(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	ada := logintest.NewBrowser(t)
	for range 2 { // twice is not two factors
		ask(ada, n, "ada@example.com", "")
		link, _ := d.last(t)
		ada.Post(n, link, nil)
	}
	sessions, err := d.DB.UserSessions(t.Context(), "u_ada")
	if err != nil || len(sessions) != 1 {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	if s := sessions[0]; s.ACR != "urn:symbolon:acr:mail" || strings.Join(s.AMR, " ") != "mail" {
		t.Errorf("acr %q, amr %q", s.ACR, s.AMR)
	}
}

func TestExpiredRequestSpendsNothing(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	ada := logintest.NewBrowser(t)
	handle, _ := ada.Authorize(n)
	ask(ada, n, "ada@example.com", handle)
	link, _ := d.last(t)
	if _, err := d.Ephemeral.Take(t.Context(), "request:"+handle); err != nil {
		t.Fatal(err)
	}
	if p := ada.Post(n, link, url.Values{}); p.Status != http.StatusBadRequest || ada.SignedIn(n) {
		t.Errorf("status %d", p.Status)
	}
}
