package session_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

const (
	firefox        = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	firefoxUpdated = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
	firefoxPhone   = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
	chrome         = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	home, cafe     = "192.0.2.7", "198.51.100.9"
)

// ada is signed in at home with Firefox.
func ada(t *testing.T, n *logintest.Node) *logintest.Browser {
	t.Helper()
	b := logintest.NewBrowser(t)
	b.UserAgent, b.Address = firefox, home
	if b.Click(n, "mail", "u_ada", ""); !b.SignedIn(n) {
		t.Fatal("not signed in")
	}
	return b
}

// holding is another browser with the same cookie.
func holding(t *testing.T, n *logintest.Node, b *logintest.Browser, userAgent, address string) *logintest.Browser {
	t.Helper()
	thief := logintest.NewBrowser(t)
	thief.UserAgent, thief.Address = userAgent, address
	thief.SetCookie(n, cookie, b.Cookie(n, cookie))
	return thief
}

// recorded returns the events of a type.
func recorded(t *testing.T, d *logintest.Deployment, n *logintest.Node, kind string) []audit.Event {
	t.Helper()
	if err := n.Audit.Close(t.Context()); err != nil { // stores what waits
		t.Fatal(err)
	}
	all, err := d.DB.Events(t.Context(), audit.Filter{Type: kind, UserID: "u_ada"})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCookieInAnotherBrowserEndsTheSession(t *testing.T) {
	for name, userAgent := range map[string]string{"Chrome": chrome, "a tool": "curl/8.5.0", "nothing": ""} {
		logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
			n := d.Node()
			b := ada(t, n)
			id := d.Session("u_ada").ID
			mustBeOut(t, holding(t, n, b, userAgent, home), n)
			mustBeOut(t, b, n)
			events := recorded(t, d, n, audit.SessionMismatch)
			if len(events) != 1 || events[0].Outcome != audit.Refused || events[0].Target != id || events[0].IP != home {
				t.Errorf("%s: audit: %+v", name, events)
			}
		})
	}
}

func TestThiefWhoSignsInLeavesNothingOfTheStolenSession(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		b := ada(t, n)
		stolen := d.Session("u_ada").ID
		holding(t, n, b, chrome, home).Click(n, "mail", "u_ada", "")
		if d.Session("u_ada").ID == stolen {
			t.Error("the stolen session was raised")
		}
		mustBeOut(t, b, n)
	})
}

func TestBoundToItsNetworkASessionEndsInAnother(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		d.Bind = session.BindNetwork
		n := d.Node()
		b := ada(t, n)
		b.Address = "192.0.2.200"
		mustBeIn(t, b, n) // the same network
		mustBeOut(t, holding(t, n, b, firefox, cafe), n)
		mustBeOut(t, b, n)
		if got := len(recorded(t, d, n, audit.SessionMismatch)); got != 1 {
			t.Errorf("%d events", got)
		}
	})
}

func TestSameBrowserThatClaimsAnotherSystemOrVersionStays(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		b := ada(t, n)
		for _, b.UserAgent = range []string{firefoxPhone, firefoxUpdated} {
			mustBeIn(t, b, n)
		}
		if events := recorded(t, d, n, audit.SessionMismatch); len(events) != 0 {
			t.Errorf("audit: %+v", events)
		}
	})
}

func TestEachNetworkASessionMovesToIsRecordedOnce(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		b := ada(t, n)
		id := d.Session("u_ada").ID
		for _, b.Address = range []string{cafe, cafe, home, "203.0.113.5", cafe, "203.0.113.6", "2001:db8::1", "2001:db8::2"} {
			mustBeIn(t, b, n)
		}
		events := recorded(t, d, n, audit.SessionMoved)
		if len(events) != 3 || events[0].Outcome != audit.Success || events[0].Target != id {
			t.Errorf("audit: %+v", events)
		}
	})
}

func TestBindingCanBeSwitchedOff(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		d.Bind = session.BindNothing
		n := d.Node()
		mustBeIn(t, holding(t, n, ada(t, n), chrome, cafe), n)
		if events := append(recorded(t, d, n, audit.SessionMismatch), recorded(t, d, n, audit.SessionMoved)...); len(events) != 0 {
			t.Errorf("audit: %+v", events)
		}
	})
}

// stuck is a store that cannot end sessions.
type stuck struct{ *durable.DB }

func (stuck) EndSession(context.Context, string, time.Time) error {
	return fmt.Errorf("end session: %w", storage.ErrUnavailable)
}

func TestStolenSessionThatCannotBeEndedIsNoAnswer(t *testing.T) {
	db := storagetest.SQLite(t)
	if err := db.CreateUser(t.Context(), storage.User{ID: "u_ada", Email: "ada@example.com", CreatedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	n := logintest.New(t, logintest.Setup{DB: db, Sessions: stuck{db}, Ephemeral: ephemeral.NewMemory()},
		[]login.Method{logintest.Click{Called: "mail", Kind: login.Mailbox}})
	b := ada(t, n)
	if p := holding(t, n, b, chrome, home).Get(n, "/account"); p.Status != http.StatusServiceUnavailable {
		t.Errorf("status %d", p.Status)
	}
}
