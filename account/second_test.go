package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
)

const secondEmail = "Ada@second.example"

// askSecond begins to add a second address and returns what the mail says.
func (v visitor) askSecond(t *testing.T, email string) (link, code string) {
	t.Helper()
	p := v.post("/account/second", url.Values{"email": {email}})
	v.d.must(t, "ask", p.Location, "/account/profile?done=code-sent")
	mails := v.d.mails.to(email)
	text := mails[len(mails)-1].Text
	return linkIn.FindStringSubmatch(text)[1], codeIn.FindStringSubmatch(text)[1]
}

// withSecond gives Ada a second address.
func (v visitor) withSecond(t *testing.T, email string) visitor {
	t.Helper()
	_, code := v.askSecond(t, email)
	v.d.must(t, "add", v.post("/account/email/code", url.Values{"code": {code}}).Location, "/account/profile?done=second-set")
	return v
}

func TestSecondAddressIsAnotherThanTheOnesThereAre(t *testing.T) {
	d := deploySQLite(t)
	v := d.signedIn(t, d.ada, login.Mailbox).withSecond(t, secondEmail)
	d.mails.sent = nil
	for _, bad := range []string{"", "x", "ADA@example.com", strings.ToUpper(secondEmail)} {
		p := v.post("/account/second", url.Values{"email": {bad}})
		if p.Status != http.StatusBadRequest || !strings.Contains(p.Body, `id="second-error"`) || strings.Contains(p.Body, `id="first-error"`) {
			t.Errorf("%q: %d", bad, p.Status)
		}
	}
	d.must(t, "mails", len(d.mails.sent), 0)
}

// Whether an address is in use, first or second, is not disclosed to those who cannot read its mail.
func TestSecondAddressOfSomebodyElseLooksLikeAFreeOne(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.signedIn(t, d.eve, login.Mailbox).withSecond(t, "eve@second.example")
		for _, path := range []string{"/account/second", "/account/email"} {
			v := d.signedIn(t, d.ada, login.Mailbox)
			for _, taken := range []string{d.eve.Email, "EVE@second.example"} {
				p := v.post(path, url.Values{"email": {taken}})
				d.must(t, path+" "+taken, p.Location, "/account/profile?done=code-sent")
				mails := d.mails.to(taken)
				code := codeIn.FindStringSubmatch(mails[len(mails)-1].Text)[1]
				d.must(t, "its code", enter(v, code), http.StatusConflict)
			}
		}
		ada, eve := d.current(t, d.ada), d.current(t, d.eve)
		d.must(t, "ada", ada.Email+ada.SecondEmail, d.ada.Email)
		d.must(t, "eve", eve.Email+eve.SecondEmail, d.eve.Email+"eve@second.example")
	})
}

func TestSecondAddressIsToldToBothAndSignsNobodyOut(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v, other := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.ada, login.Mailbox)
		link, _ := v.askSecond(t, secondEmail)
		shown := d.stranger(t).get(link)
		if shown.Status != http.StatusOK || !strings.Contains(shown.Body, "as a backup email") || strings.Contains(shown.Body, d.ada.Email) {
			t.Errorf("to a stranger: %d", shown.Status)
		}
		d.must(t, "link", v.post(link, nil).Location, "/account/profile?done=second-set")
		now := d.current(t, d.ada)
		d.must(t, "first", now.Email, d.ada.Email)
		d.must(t, "second", now.SecondEmail, secondEmail)
		d.must(t, "other browser", other.inside(), true)
		d.must(t, "to the first", len(d.mails.to(d.ada.Email)), 1)
		d.must(t, "to the second", len(d.mails.to(secondEmail)), 2) // the code, the notice
		d.must(t, "events", len(d.events(t, d.ada, audit.SecondEmailSet)), 1)
		if p := v.get("/account/profile"); !strings.Contains(p.Body, secondEmail) || !strings.Contains(p.Body, `action="/account/second/remove"`) {
			t.Error("the page does not show it")
		}
		if p := v.get("/account"); !strings.Contains(p.Body, "Your way back in") {
			t.Error("the account does not say that it is protected")
		}
	})
}

func TestEveryNoticeGoesToBothAddresses(t *testing.T) {
	d := deploySQLite(t)
	v := d.signedIn(t, d.ada, login.Mailbox).withSecond(t, secondEmail)
	d.mails.sent = nil
	v.post("/account/codes/regenerate", nil)
	d.must(t, "first", len(d.mails.to(d.ada.Email)), 1)
	d.must(t, "second", len(d.mails.to(secondEmail)), 1)
	d.mails.sent = nil
	v.ask(t, newEmail)
	d.mails.sent = nil
	v.post("/account/delete", nil)
	d.must(t, "deleted, first", len(d.mails.to(d.ada.Email)), 1)
	d.must(t, "deleted, second", len(d.mails.to(secondEmail)), 1)
}

func TestRemovedSecondAddressSignsOutWhoMayHaveComeByIt(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v, thief := d.signedIn(t, d.ada, login.Mailbox).withSecond(t, secondEmail), d.signedIn(t, d.ada, login.Mailbox)
		d.mails.sent = nil
		for range 2 { // of two clicks one does it
			d.must(t, "remove", v.post("/account/second/remove", nil).Location, "/account/profile?done=second-removed")
		}
		d.must(t, "second", d.current(t, d.ada).SecondEmail, "")
		d.must(t, "thief", thief.inside(), false)
		d.must(t, "to the first", len(d.mails.to(d.ada.Email)), 1)
		d.must(t, "to the one removed", len(d.mails.to(secondEmail)), 1)
		d.must(t, "events", len(d.events(t, d.ada, audit.SecondEmailRemoved)), 1)
	})
}

func TestSecondAddressBecomesTheFirstByItsCode(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox).withSecond(t, secondEmail)
		_, code := v.ask(t, secondEmail)
		d.must(t, "code", v.post("/account/email/code", url.Values{"code": {code}}).Location, "/account/profile?done=email-changed")
		now := d.current(t, d.ada)
		d.must(t, "first", now.Email, secondEmail)
		d.must(t, "second", now.SecondEmail, "")
	})
}

// One change waits at a time: a code of the one before is worth nothing.
func TestAskingForTheOtherAddressVoidsTheFirstCode(t *testing.T) {
	d := deploySQLite(t)
	v := d.signedIn(t, d.ada, login.Mailbox)
	link, _ := v.ask(t, newEmail)
	v.withSecond(t, secondEmail)
	d.must(t, "the link of before", v.post(link, nil).Status, http.StatusGone)
	d.must(t, "first", d.current(t, d.ada).Email, d.ada.Email)
}
