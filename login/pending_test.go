package login_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
)

func TestSignInGoesOnAfterARestart(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		key := d.EnrolApp("u_ada")
		n := d.Node()
		b := logintest.NewBrowser(t)
		handle, _ := b.Authorize(n)
		b.Click(n, "mail", "u_ada", handle)
		n = d.Node() // the same host name: the browser's cookies do not care for the port
		if p := b.Follow(n, b.Enter(n, "totp", d.Code(key, 0), handle)); p.Body != "u_ada " {
			t.Errorf("after the restart: %d %.40q", p.Status, p.Body)
		}
	})
}

func TestHalfASignInIsOverAfterTenMinutes(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, key := d.Node(), d.EnrolApp("u_ada")
		b := logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		d.Clock.Add(login.PendingLife + time.Second)
		if p := b.Enter(n, "totp", d.Code(key, 0), ""); p.Location != "/login" || b.SignedIn(n) {
			t.Errorf("%d %q", p.Status, p.Location)
		}
	})
}

func TestAccountSwitchedOffHalfWayIsRefused(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, key := d.Node(), d.EnrolApp("u_ada")
		page, code := logintest.NewBrowser(t), logintest.NewBrowser(t)
		page.Click(n, "mail", "u_ada", "")
		code.Click(n, "mail", "u_ada", "")
		if err := d.DB.SetUserDisabled(t.Context(), "u_ada", d.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		if p := page.Get(n, "/login/second"); p.Status != http.StatusForbidden {
			t.Errorf("page: %d", p.Status)
		}
		if p := code.Enter(n, "totp", d.Code(key, 0), ""); p.Status != http.StatusForbidden || code.SignedIn(n) {
			t.Errorf("code: %d", p.Status)
		}
	})
}

func TestWhoTakesOverHalfWayProvesEverythingThemselves(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, adas, bobs := d.Node(), d.EnrolApp("u_ada"), d.EnrolApp("u_bob")
		b := logintest.NewBrowser(t)
		handle, _ := b.Authorize(n)
		b.Click(n, "mail", "u_ada", handle)
		b.Click(n, "mail", "u_bob", handle)
		if p := b.Enter(n, "totp", d.Code(adas, 0), handle); p.Status != http.StatusBadRequest || b.SignedIn(n) {
			t.Errorf("ada's code for bob: %d", p.Status)
		}
		if p := b.Follow(n, b.Enter(n, "totp", d.Code(bobs, 0), handle)); p.Body != "u_bob " {
			t.Errorf("bob's code: %d %.40q", p.Status, p.Body)
		}
	})
}

func TestWhatIsProvenForOneRequestCountsForNoOther(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, key := d.Node(), d.EnrolApp("u_ada")
		b := logintest.NewBrowser(t)
		first, _ := b.Authorize(n)
		second, _ := b.Authorize(n)
		b.Click(n, "mail", "u_ada", first)
		if p := b.Enter(n, "totp", d.Code(key, 0), second); p.Location != "/login?request="+second || b.SignedIn(n) {
			t.Errorf("%d %q", p.Status, p.Location)
		}
	})
}

func TestBeginningAgainForgetsWhatWasProven(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		d.EnrolApp("u_ada")
		b := logintest.NewBrowser(t)
		handle, _ := b.Authorize(n)
		p := b.Follow(n, b.Click(n, "mail", "u_ada", handle))
		if !strings.Contains(p.Body, "switch=1") {
			t.Fatal("no way to begin again")
		}
		if p := b.Get(n, "/login?request="+handle+"&switch=1"); p.Status != http.StatusOK || !strings.Contains(p.Body, "/login/click/mail") {
			t.Errorf("to begin again: %d", p.Status)
		}
		if p := b.Get(n, "/login/second?request="+handle); p.Location != "/login?request="+handle {
			t.Errorf("afterwards: %d %q", p.Status, p.Location)
		}
	})
}

func TestSwitchToAnAccountWithASecondFactor(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, key := d.Node(), d.EnrolApp("u_bob")
		b := logintest.NewBrowser(t)
		handle, _ := b.Authorize(n)
		if p := b.Follow(n, b.Click(n, "mail", "u_ada", handle)); p.Body != "u_ada " {
			t.Fatalf("ada: %d", p.Status)
		}
		b.Get(n, "/login?switch=1&request="+handle) // the link on the consent page
		p := b.Follow(n, b.Click(n, "mail", "u_bob", handle))
		if !strings.Contains(p.Body, "/login/totp") || !strings.Contains(p.Body, "bob@example.com") {
			t.Fatalf("half way: %d %.40q", p.Status, p.Body)
		}
		if p := b.Follow(n, b.Enter(n, "totp", d.Code(key, 0), handle)); p.Body != "u_bob " {
			t.Errorf("bob: %d %.40q", p.Status, p.Body)
		}
	})
}
