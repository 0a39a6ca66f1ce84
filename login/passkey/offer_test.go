package passkey_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/storage"
)

// inviting is a node that offers a passkey to who signed in by mail, which a click replaces.
func (d *deployment) inviting(t *testing.T, told *logintest.Outbox) *logintest.Node {
	t.Helper()
	enrolment := d.enrolment()
	enrolment.Audit, enrolment.Notices, enrolment.Account = audit.NewRecorder(d.DB, audit.Options{Network: logintest.Apart}), told, issuer+"/account"
	d.method = &passkey.Method{RelyingParty: d.rp, Passkeys: d.DB, Ephemeral: d.Ephemeral, Enrolment: enrolment, Now: d.Clock.Now}
	mail := logintest.Click{Called: "mail", Kind: login.Mailbox}
	operator := logintest.Click{Called: "operator", Kind: login.Operator, AMR: []string{login.OperatorAMR}}
	d.Flow = login.Options{Offer: passkey.OfferPath, Others: d.others}
	return d.NodeOf([]login.Method{d.method, mail, operator})
}

// accept posts a credential to the offer.
func accept(b *logintest.Browser, n *logintest.Node, handle, credential string) logintest.Page {
	form := url.Values{"credential": {credential}}
	if handle != "" {
		form.Set("request", handle)
	}
	return b.Post(n, passkey.OfferPath, form)
}

// additions are the events of passkeys being added: outcome, or reason.
func (d *deployment) additions(t *testing.T, user storage.User) (all []string) {
	t.Helper()
	events, err := d.DB.Events(t.Context(), audit.Filter{Type: audit.FactorAdded, UserID: user.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Method != "passkey" {
			t.Errorf("method %q", e.Method)
		}
		all = append(all, e.Outcome+e.Reason)
	}
	return all
}

func TestOfferIsForWhoIsSignedInAndForTheirOwnRequest(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.inviting(t, &logintest.Outbox{})
		ada, eve := logintest.NewBrowser(t), logintest.NewBrowser(t)
		handle, _ := ada.Authorize(n)
		for _, p := range []logintest.Page{ada.Get(n, "/login/offer?request="+handle), accept(ada, n, handle, "{}")} {
			if p.Location != "/login?request="+handle {
				t.Errorf("signed out: %d %q", p.Status, p.Location)
			}
		}
		eve.Click(n, "mail", "u_eve", "")
		for _, p := range []logintest.Page{
			eve.Get(n, "/login/offer?request="+handle), accept(eve, n, handle, "{}"), eve.Post(n, "/login/offer/skip", url.Values{"request": {handle}}),
		} {
			if p.Status != http.StatusBadRequest || p.Location != "" {
				t.Errorf("another's request: %d %q", p.Status, p.Location)
			}
		}
		if p := eve.Get(n, "/login/offer/skip"); p.Status != http.StatusMethodNotAllowed {
			t.Errorf("to skip by GET: %d", p.Status)
		}
	})
}

func TestOfferRefusesThePasskeyOfAnotherCeremony(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		told := &logintest.Outbox{}
		n := d.inviting(t, told)
		ada, eve := logintest.NewBrowser(t), logintest.NewBrowser(t)
		adas := ada.Follow(n, ada.Click(n, "mail", "u_ada", ""))
		eve.Click(n, "mail", "u_eve", "")
		credential := newDevice(t).create(optionsIn(t, adas))
		for name, answer := range map[string]string{"another's options": credential, "no JSON": "", "an assertion": `{"type":"public-key"}`} {
			p := accept(eve, n, "", answer)
			if p.Status != http.StatusBadRequest || !strings.Contains(p.Body, `role="alert"`) || optionsIn(t, p) == "" {
				t.Errorf("%s: %d", name, p.Status)
			}
		}
		if got := d.additions(t, d.eve); len(got) != 3 || len(d.passkeys(t, d.eve)) != 0 || len(told.Notices()) != 0 {
			t.Errorf("audit %v, told %v", got, told.Notices())
		}
		if p := accept(ada, n, "", credential); p.Location != "/account" || len(d.passkeys(t, d.ada)) != 1 {
			t.Errorf("ada: %d %q", p.Status, p.Location)
		}
	})
}

func TestAcceptedOfferAddsAPasskeyTellsTheOwnerAndGoesOn(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		told := &logintest.Outbox{}
		n := d.inviting(t, told)
		b, dev := logintest.NewBrowser(t), newDevice(t)
		b.UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
		handle, _ := b.Authorize(n)
		page := b.Follow(n, b.Click(n, "mail", "u_ada", handle))
		for _, shown := range []string{"Example App", "ada@example.com", `action="/login/offer"`, `action="/login/offer/skip"`} {
			if !strings.Contains(page.Body, shown) {
				t.Fatalf("%d: the page does not show %q", page.Status, shown)
			}
		}
		p := accept(b, n, handle, dev.create(optionsIn(t, page)))
		if p.Location != "/authorize/"+handle || b.Follow(n, p).Body != "u_ada " {
			t.Errorf("%d %q", p.Status, p.Location)
		}
		notices := told.Notices()
		if len(notices) != 1 || notices[0].To != "ada@example.com" || notices[0].Link != issuer+"/account" ||
			!strings.Contains(notices[0].Sentence.String(), "the passkey “") || notices[0].Known()[0].Value.String() != "Firefox on Linux" {
			t.Errorf("told %+v", notices)
		}
		if got := d.additions(t, d.ada); len(got) != 1 || got[0] != audit.Success {
			t.Errorf("audit %v", got)
		}
		again := logintest.NewBrowser(t)
		next, _ := again.Authorize(n)
		if p := post(again, n, next, dev.get(asked(t, again, n, next))); again.Follow(n, p).Body != "u_ada " {
			t.Errorf("to sign in with it: %d %q", p.Status, p.Location)
		}
	})
}

func TestSkippedOfferGoesOn(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.inviting(t, &logintest.Outbox{})
		b := logintest.NewBrowser(t)
		handle, _ := b.Authorize(n)
		b.Click(n, "mail", "u_ada", handle)
		if p := b.Post(n, "/login/offer/skip", url.Values{"request": {handle}}); p.Location != "/authorize/"+handle {
			t.Errorf("to the app: %d %q", p.Status, p.Location)
		}
		if p := b.Post(n, "/login/offer/skip", nil); p.Location != "/account" {
			t.Errorf("to the account: %d %q", p.Status, p.Location)
		}
	})
}

func TestOfferLeadsOnByWayOfWhatElseIsSignedIn(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.others = "/account/others"
		n := d.inviting(t, &logintest.Outbox{})
		b := logintest.NewBrowser(t)
		handle, _ := b.Authorize(n)
		page := b.Follow(n, b.Click(n, "mail", "u_ada", handle))
		if p := accept(b, n, handle, newDevice(t).create(optionsIn(t, page))); p.Location != "/account/others?request="+handle {
			t.Errorf("a first passkey: %d %q", p.Status, p.Location)
		}
		if p := b.Post(n, "/login/offer/skip", url.Values{"request": {handle}}); p.Location != "/authorize/"+handle {
			t.Errorf("skipped: %d %q", p.Status, p.Location)
		}
		back := logintest.NewBrowser(t)
		back.Click(n, "operator", "u_ada", "")
		if p := back.Post(n, "/login/offer/skip", nil); p.Location != "/account/others" {
			t.Errorf("skipped by somebody let back in: %d %q", p.Status, p.Location)
		}
		plain := logintest.NewBrowser(t)
		plain.Plain = true
		if p := plain.Click(n, "operator", "u_ada", ""); p.Location != "/account/others" {
			t.Errorf("a browser without passkeys: %d %q", p.Status, p.Location)
		}
	})
}

func TestOfferTakesAFreshSignIn(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.inviting(t, &logintest.Outbox{})
		b, dev := logintest.NewBrowser(t), newDevice(t)
		page := b.Follow(n, b.Click(n, "mail", "u_ada", ""))
		credential := dev.create(optionsIn(t, page))
		d.Clock.Add(5*time.Minute + time.Second)
		if p := b.Get(n, "/login/offer"); p.Location != "/account" {
			t.Errorf("the page: %d %q", p.Status, p.Location)
		}
		p := accept(b, n, "", credential)
		if len(d.passkeys(t, d.ada)) != 0 || !strings.HasPrefix(p.Location, "/login?request=") {
			t.Fatalf("the passkey: %d %q", p.Status, p.Location)
		}
		if got := d.additions(t, d.ada); len(got) != 1 || got[0] != audit.Refused+"step_up" {
			t.Errorf("audit %v", got)
		}
		p = b.Click(n, "mail", "u_ada", strings.TrimPrefix(p.Location, "/login?request="))
		if p.Location != "/login/offer" {
			t.Fatalf("confirmed: %d %q", p.Status, p.Location)
		}
		if p := accept(b, n, "", dev.create(optionsIn(t, b.Get(n, p.Location)))); p.Location != "/account" || len(d.passkeys(t, d.ada)) != 1 {
			t.Errorf("afterwards: %d %q", p.Status, p.Location)
		}
	})
}

func TestWhoLostEverythingIsOfferedAPasskeyForHalfAnHour(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.inviting(t, &logintest.Outbox{})
		d.enrol(t, d.ada, newDevice(t)) // the lost one
		b := logintest.NewBrowser(t)
		page := b.Click(n, "operator", "u_ada", "")
		d.Clock.Add(30*time.Minute - time.Second)
		p := accept(b, n, "", newDevice(t).create(optionsIn(t, b.Get(n, page.Location))))
		if p.Location != "/account" || len(d.passkeys(t, d.ada)) != 2 {
			t.Errorf("%d %q", p.Status, p.Location)
		}
		d.Clock.Add(2 * time.Second)
		if p := b.Get(n, "/login/offer"); p.Location != "/account" {
			t.Errorf("later: %d %q", p.Status, p.Location)
		}
	})
}
