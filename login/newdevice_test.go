package login_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
)

const (
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	chrome  = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)

// browserAt is a browser without cookies at an address.
func browserAt(t *testing.T, userAgent, address string) *logintest.Browser {
	b := logintest.NewBrowser(t)
	b.UserAgent, b.Address = userAgent, address
	return b
}

// flush stores the events that wait.
func flush(t *testing.T, n *logintest.Node) {
	t.Helper()
	if err := n.Audit.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestNewDeviceIsToldByMail(t *testing.T) {
	for name, b := range map[string]func(*testing.T) *logintest.Browser{
		"another browser": func(t *testing.T) *logintest.Browser { return browserAt(t, chrome, "192.0.2.7") },
		"another network": func(t *testing.T) *logintest.Browser { return browserAt(t, firefox, "198.51.100.9") },
	} {
		logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
			n := d.Node()
			browserAt(t, firefox, "192.0.2.7").Click(n, "mail", "u_ada", "")
			stranger := b(t)
			stranger.Click(n, "mail", "u_ada", "")
			told := d.Notices()
			if len(told) != 1 || told[0].To != "ada@example.com" || told[0].Link != "https://id.example/account/sessions" {
				t.Fatalf("%s: told %+v", name, told)
			}
			if facts := told[0].Known(); len(facts) != 3 || !strings.HasSuffix(facts[0].Value.String(), " on Linux") || !strings.HasSuffix(facts[1].Value.String(), "/24") {
				t.Errorf("%s: facts %+v", name, facts)
			}
		})
	}
}

func TestDeviceOfSomebodyWhoIsSignedInNowhereIsToldByItsNetwork(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		b := browserAt(t, firefox, "192.0.2.7")
		for range 2 { // the second evening is no news
			b.Click(n, "mail", "u_ada", "")
			b.Get(n, "/logout")
			flush(t, n)
		}
		if told := d.Notices(); len(told) != 0 {
			t.Fatalf("told %+v", told)
		}
		browserAt(t, firefox, "198.51.100.9").Click(n, "mail", "u_ada", "")
		if told := d.Notices(); len(told) != 1 {
			t.Errorf("told %+v", told)
		}
	})
}

func TestWhatIsNoNewDeviceIsNotTold(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		b := browserAt(t, firefox, "192.0.2.7")
		b.Click(n, "mail", "u_ada", "") // the first time ever
		flush(t, n)
		b.Click(n, "mail", "u_ada", "") // where they are signed in
		b.UserAgent, b.Address = firefox, "198.51.100.9"
		b.Click(n, "passkey", "u_ada", "")                                // and after they moved
		browserAt(t, firefox, "192.0.2.99").Click(n, "mail", "u_ada", "") // a second window, in private
		browserAt(t, chrome, "198.51.100.9").Click(n, "mail", "u_bob", "")
		if told := d.Notices(); len(told) != 0 {
			t.Errorf("told %+v", told)
		}
	})
}

// broken neither knows devices nor sends mail.
type broken struct{ knows bool }

func (b broken) UserSessions(context.Context, string) ([]storage.Session, error) {
	if b.knows {
		return []storage.Session{{ID: "s_other"}}, nil
	}
	return nil, storage.ErrUnavailable
}

func (b broken) Events(context.Context, audit.Filter) ([]audit.Event, error) { return nil, nil }

func (b broken) Notify(context.Context, storage.User, templates.NoticeMail) error {
	return errors.New("no mail today")
}

func TestSignInStandsWhenNobodyCanBeTold(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		for _, knows := range []bool{false, true} {
			d.Flow.Devices, d.Flow.Notices = broken{knows}, broken{knows}
			n := d.Node()
			b := browserAt(t, chrome, "192.0.2.7")
			d.Clock.Add(time.Second)
			if p := b.Click(n, "mail", "u_ada", ""); p.Status != http.StatusSeeOther || !b.SignedIn(n) {
				t.Errorf("knows devices %v: %d", knows, p.Status)
			}
		}
	})
}
