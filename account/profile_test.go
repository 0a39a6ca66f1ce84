package account_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/users"
)

const newEmail = "Ada@new.example"

func (d *deployment) current(t *testing.T, user storage.User) storage.User {
	t.Helper()
	u, err := d.DB.User(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// ask begins to change the address and returns what the mail says.
func (v visitor) ask(t *testing.T, email string) (link, code string) {
	t.Helper()
	p := v.post("/account/email", url.Values{"email": {email}})
	if p.Location != "/account/profile?done=code-sent" {
		t.Fatalf("ask: %d %s", p.Status, p.Location)
	}
	mails := v.d.mails.to(email)
	text := mails[len(mails)-1].Text
	l, c := linkIn.FindStringSubmatch(text), codeIn.FindStringSubmatch(text)
	if l == nil || c == nil {
		t.Fatalf("no link or code in %q", text)
	}
	return l[1], c[1]
}

func enter(v visitor, code string) int {
	p := v.post("/account/email/code", url.Values{"code": {code}})
	return p.Status
}

func TestOnlyAPlainNewAddressIsAskedFor(t *testing.T) {
	d := deploySQLite(t)
	v := d.signedIn(t, d.ada, login.Mailbox)
	for _, bad := range []string{"", "x", "a@b@c.example", "a@b.example,c@d.example", "a＠b.example", "a@b.example\r\nBcc: c@d.example", "ADA@example.com", strings.Repeat("a", 300) + "@b.example"} {
		d.must(t, bad, v.post("/account/email", url.Values{"email": {bad}}).Status, http.StatusBadRequest)
	}
	d.must(t, "mails", len(d.mails.sent), 0)
}

// Whether an address is in use is not disclosed to those who cannot read its mail.
func TestAskingForATakenAddressLooksTheSame(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		free := v.post("/account/email", url.Values{"email": {newEmail}})
		taken := v.post("/account/email", url.Values{"email": {strings.ToUpper(d.eve.Email)}})
		if free.Status != taken.Status || free.Location != taken.Location {
			t.Errorf("free: %d %s, taken: %d %s", free.Status, free.Location, taken.Status, taken.Location)
		}
		code := codeIn.FindStringSubmatch(d.mails.to(strings.ToUpper(d.eve.Email))[0].Text)[1]
		d.must(t, "its code", enter(v, code), http.StatusConflict)
		d.must(t, "ada", d.current(t, d.ada).Email, d.ada.Email)
		d.must(t, "eve", d.current(t, d.eve).Email, d.eve.Email)
	})
}

func TestFiveCodesMayBeTried(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		_, code := v.ask(t, newEmail)
		for range 5 {
			d.must(t, "wrong", enter(v, wrong(code)), http.StatusBadRequest)
		}
		d.must(t, "one more", enter(v, code), http.StatusTooManyRequests)
		d.must(t, "and then", enter(v, code), http.StatusGone)
		d.must(t, "address", d.current(t, d.ada).Email, d.ada.Email)
	})
}

func TestCodeWorksOnlyForWhoAskedWhereTheyAskedAndInTime(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v, elsewhere, eve := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.eve, login.Mailbox)
		_, first := v.ask(t, newEmail)
		d.must(t, "elsewhere", enter(elsewhere, first), http.StatusGone)
		d.must(t, "eve", enter(eve, first), http.StatusGone)
		_, second := v.ask(t, "ada@second.example")
		if first != second {
			d.must(t, "replaced", enter(v, first), http.StatusBadRequest)
		}
		d.Clock.Add(10*time.Minute + time.Second)
		d.must(t, "late", enter(v, second), http.StatusGone)
		v = d.signedIn(t, d.ada, login.Mailbox)
		_, third := v.ask(t, newEmail)
		d.must(t, "cancel", v.post("/account/email/cancel", nil).Location, "/account/profile?done=email-cancelled")
		d.must(t, "cancelled", enter(v, third), http.StatusGone)
		d.must(t, "address", d.current(t, d.ada).Email, d.ada.Email)
	})
}

func TestLinkChangesNothingByBeingOpenedNorInSomebodyElsesBrowser(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v, eve, stranger := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.eve, login.Mailbox), d.stranger(t)
		link, _ := v.ask(t, newEmail)
		for _, b := range []visitor{v, eve, stranger} {
			p := b.get(link)
			if p.Status != http.StatusOK || !strings.Contains(p.Body, newEmail) {
				t.Errorf("open: %d", p.Status)
			}
			d.must(t, "shows the old address", strings.Contains(p.Body, d.ada.Email), b == v)
		}
		d.must(t, "eve", eve.post(link, nil).Status, http.StatusForbidden)
		d.must(t, "stranger", stranger.post(link, nil).Status, http.StatusForbidden)
		d.must(t, "address", d.current(t, d.ada).Email, d.ada.Email)
		d.must(t, "another token", v.post(link[:len(link)-1]+"x", nil).Status, http.StatusGone)
		d.must(t, "it wasn't me", stranger.post(link+"/not-me", nil).Status, http.StatusOK)
		d.must(t, "voided", v.post(link, nil).Status, http.StatusGone)
	})
}

func TestChangedAddressSignsOutEverybodyElseAndBothAreTold(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		for way, use := range map[string]func(v visitor, link, code string) string{
			"code": func(v visitor, _, code string) string {
				return v.post("/account/email/code", url.Values{"code": {" " + code[:3] + " " + code[3:]}}).Location
			},
			"link": func(v visitor, link, _ string) string { return v.post(link, nil).Location },
		} {
			user := d.user(t, "u_"+way, way+"@example.com")
			v, thief := d.signedIn(t, user, login.Mailbox), d.signedIn(t, user, login.Mailbox)
			link, code := v.ask(t, way+"@new.example")
			d.must(t, "change", use(v, link, code), "/account/profile?done=email-changed")
			now := d.current(t, user)
			d.must(t, "address", now.Email, way+"@new.example")
			d.must(t, "verified", now.EmailVerified, true)
			d.must(t, "thief", thief.inside(), false)
			d.must(t, "here", v.inside(), true)
			for _, address := range []string{user.Email, now.Email} {
				mails := d.mails.to(address)
				if last := mails[len(mails)-1]; !strings.Contains(last.Text, user.Email) || !strings.Contains(last.Text, now.Email) {
					t.Errorf("%s is told %q", address, last.Text)
				}
			}
			d.must(t, "again", v.post(link, nil).Status, http.StatusGone)
			d.must(t, "events", len(d.events(t, user, audit.EmailChanged)), 1)
			if p := v.get("/account/profile?done=email-changed"); !strings.Contains(p.Body, "data-signal-details") {
				t.Error("password managers are not told")
			}
		}
	})
}

func TestOfManyClicksOneChangesTheAddress(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		link, _ := v.ask(t, newEmail)
		changed := make(chan bool, 16)
		var racing sync.WaitGroup
		for range cap(changed) {
			racing.Go(func() { changed <- v.post(link, nil).Location != "" })
		}
		racing.Wait()
		close(changed)
		n := 0
		for won := range changed {
			if won {
				n++
			}
		}
		d.must(t, "winners", n, 1)
		d.must(t, "mails to the old address", len(d.mails.to(d.ada.Email)), 1)
	})
}

func TestNobodysMailboxIsFlooded(t *testing.T) {
	d := deploySQLite(t)
	ada, eve := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.eve, login.Mailbox)
	for i := range 4 {
		ada.post("/account/email", url.Values{"email": {"Victim@example.net"}})
		p := eve.post("/account/email", url.Values{"email": {"victim@example.net"}})
		if i == 3 {
			d.must(t, "too many", p.Status, http.StatusTooManyRequests)
		}
	}
	if n := len(d.mails.sent); n > 3 {
		t.Errorf("%d mails", n)
	}
}

func TestNameIsWhatCanBeSeenAndNothingElseIsTaken(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		for _, bad := range []string{"a\nb", "a\u202eb", strings.Repeat("x", 201), "\xff", "a\x00"} {
			d.must(t, "name", v.post("/account/profile", url.Values{"name": {bad}}).Status, http.StatusBadRequest)
		}
		for what, form := range map[string]url.Values{"none": {"email": {newEmail}}, "two": {"name": {"a", "b"}}} {
			d.must(t, what, v.post("/account/profile", form).Status, http.StatusBadRequest)
		}
		d.must(t, "still", d.current(t, d.ada).Name, d.ada.Name)
		p := v.post("/account/profile", url.Values{"name": {" 岡　Ada 👩‍🚀 "}, "email": {"x@y.example"}, "email_verified": {"true"}, "id": {"u_eve"}, "sub": {"u_eve"}})
		d.must(t, "rename", p.Location, "/account/profile?done=renamed")
		now := d.current(t, d.ada)
		d.must(t, "name", now.Name, "岡 Ada 👩‍🚀")
		d.must(t, "address", now.Email, d.ada.Email)
		d.must(t, "eve", d.current(t, d.eve).Name, d.eve.Name)
	})
}

func TestOfManyProfilesAtOnceNoneIsLostWithoutASign(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		fields := []string{"given_name", "family_name", "nickname", "locality", "country", "region", "gender", "middle_name"}
		answers := make([]logintest.Page, len(fields))
		var racing sync.WaitGroup
		for i, field := range fields {
			racing.Go(func() { answers[i] = v.post("/account/profile", url.Values{"name": {"Ada"}, field: {"Mine"}}) })
		}
		racing.Wait()
		profile := d.current(t, d.ada).Profile
		for _, field := range users.Fields() {
			at := slices.Index(fields, field.Name)
			if at < 0 {
				continue
			}
			saved, answer := field.Get(profile) == "Mine", answers[at]
			if saved && answer.Location == "/account/profile?done=renamed" {
				continue
			}
			if saved || answer.Status != http.StatusConflict || !strings.Contains(answer.Body, "also changed somewhere else") {
				t.Errorf("%s: saved %v, answered %d", field.Name, saved, answer.Status)
			}
		}
	})
}

func TestRenamingDoesNotBringAnOldAddressBack(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		link, _ := v.ask(t, newEmail)
		var racing sync.WaitGroup
		for range 8 {
			racing.Go(func() { v.post("/account/profile", url.Values{"name": {"Ada L."}}) })
		}
		racing.Go(func() { v.post(link, nil) })
		racing.Wait()
		d.must(t, "address", d.current(t, d.ada).Email, newEmail)
		v.post("/account/profile", url.Values{"name": {"Ada L."}}) // all others may have conflicted with the new address
		now := d.current(t, d.ada)
		d.must(t, "address", now.Email, newEmail)
		d.must(t, "name", now.Name, "Ada L.")
	})
}
