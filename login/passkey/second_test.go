package passkey_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// confirm has b, who is signed in, confirm it to a page of ours; it returns the request's handle and
// the options of the page that asks.
func confirm(t *testing.T, b *logintest.Browser, n *logintest.Node) (handle, options string) {
	t.Helper()
	p := b.Get(n, "/confirm")
	_, handle, ok := strings.Cut(p.Location, "/login/second?request=")
	if !ok {
		t.Fatalf("sent to %q", p.Location)
	}
	return handle, optionsIn(t, b.Follow(n, p))
}

func TestConfirmingTakesOnesOwnPasskeyAndVerification(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n, b := d.node(t), logintest.NewBrowser(t)
		first, second, eve := newDevice(t), newDevice(t), newDevice(t)
		d.enrol(t, d.ada, first)
		d.enrol(t, d.ada, second)
		d.enrol(t, d.eve, eve)
		if p := post(b, n, "", first.get(asked(t, b, n, ""), flags(present))); p.Status != http.StatusSeeOther {
			t.Fatalf("signing in: status %d", p.Status)
		}
		handle, options := confirm(t, b, n)
		for _, want := range []string{b64(first.id), b64(second.id), `"userVerification":"required"`} {
			if !strings.Contains(options, want) {
				t.Errorf("no %s in %s", want, options)
			}
		}
		if strings.Contains(options, b64(eve.id)) {
			t.Error("somebody else's passkey is asked for")
		}
		for claim, answer := range map[string]func(string) string{
			"unverified":          func(o string) string { return second.get(o, flags(present)) },
			"somebody else's":     func(o string) string { return eve.get(o) },
			"in the other's name": func(o string) string { return eve.get(o, handleOf("u_ada")) },
			"another user handle": func(o string) string { return second.get(o, handleOf("u_eve")) },
		} {
			p := post(b, n, handle, answer(options))
			if p.Status != http.StatusBadRequest {
				t.Errorf("%s: status %d", claim, p.Status)
			}
			options = optionsIn(t, p)
		}
		if refused := d.refusals(t); refused["other_user"] != 2 || refused["invalid"] != 2 {
			t.Errorf("refusals %v", refused)
		}
		if s := d.sessions(t, d.ada); len(s) != 1 || s[0].ACR != login.ACRPasskey {
			t.Fatalf("sessions %+v", s)
		}
		p := post(b, n, handle, second.get(options, handleOf(""))) // a known user need not be named
		if p.Status != http.StatusSeeOther || p.Location != "/account/passkeys" {
			t.Errorf("status %d to %q", p.Status, p.Location)
		}
		if s := d.sessions(t, d.ada); len(s) != 1 || s[0].ACR != login.ACRPHR {
			t.Errorf("sessions %+v", s)
		}
	})
}

func TestWhoHasNoPasskeyIsNotAskedForOne(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	m := &passkey.Method{RelyingParty: d.rp, Passkeys: d.DB, Ephemeral: d.Ephemeral, Now: d.Clock.Now}
	if offer, err := m.Second(t.Context(), login.Attempt{Browser: browser}, d.ada); offer != nil || err != nil {
		t.Errorf("%+v, %v", offer, err)
	}
}
