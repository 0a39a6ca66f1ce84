package login_test

import (
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login/logintest"
)

const offer = "/login/passkey/enrol"

func TestPasskeyIsOfferedAfterMailOnceInThirtyDays(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		d.Flow.Offer = offer
		n := d.Node()
		b := logintest.NewBrowser(t)
		handle, _ := b.Authorize(n)
		if p := b.Click(n, "mail", "u_ada", handle); p.Location != offer+"?request="+handle {
			t.Errorf("after mail: %q", p.Location)
		}
		b.Get(n, "/logout")
		if p := b.Click(n, "mail", "u_ada", ""); p.Location != "/account" {
			t.Errorf("the next day: %q", p.Location)
		}
		b.Get(n, "/logout")
		if p := logintest.NewBrowser(t).Click(n, "mail", "u_ada", ""); p.Location != offer {
			t.Errorf("in another browser: %q", p.Location)
		}
	})
}

func TestPasskeyIsNotOfferedToWhoHasOneOrCannot(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		if p := logintest.NewBrowser(t).Click(d.Node(), "mail", "u_bob", ""); p.Location != "/account" {
			t.Errorf("no page for it: %q", p.Location)
		}
		d.Flow.Offer = offer
		d.AddPasskey("u_ada")
		n := d.Node()
		if p := logintest.NewBrowser(t).Click(n, "mail", "u_ada", ""); p.Location != "/account" {
			t.Errorf("has one: %q", p.Location)
		}
		plain := logintest.NewBrowser(t)
		plain.Plain = true
		if p := plain.Click(n, "mail", "u_bob", ""); p.Location != "/account" {
			t.Errorf("a browser that makes none: %q", p.Location)
		}
		if p := logintest.NewBrowser(t).Click(n, "passkey", "u_bob", ""); p.Location != "/account" {
			t.Errorf("used one: %q", p.Location)
		}
	})
}

func TestPasskeyIsOfferedAfterRecovery(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		d.Flow.Offer = offer
		n := d.Node()
		d.EnrolApp("u_ada")
		d.AddPasskey("u_ada") // the lost one
		codes := d.RecoveryCodes("u_ada")
		b := logintest.NewBrowser(t)
		for _, code := range codes[:2] {
			b.Click(n, "mail", "u_ada", "")
			if p := b.Enter(n, "recovery", code, ""); p.Location != offer {
				t.Errorf("after a recovery code: %q", p.Location)
			}
			b.Get(n, "/logout")
			d.Clock.Add(time.Minute)
		}
	})
}
