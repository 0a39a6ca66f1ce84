package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func deploySQLite(t *testing.T) *deployment { return deploy(t, storagetest.SQLite(t)) }

// attempts is everything that each sensitive page would need to do harm.
func attempts(d *deployment, key storage.Passkey) url.Values {
	return url.Values{"passkey": {key.ID}, "name": {"Mine"}, "email": {"eve@example.net"}, "code": {"123456"}, "credential": {"{}"}}
}

func (d *deployment) refusesAll(t *testing.T, v visitor, key storage.Passkey) {
	t.Helper()
	before := d.factors(t, d.ada)
	for _, path := range sensitive() {
		p := v.post(path, attempts(d, key))
		if p.Status != http.StatusForbidden || !strings.Contains(p.Body, "/account/confirm?to=") {
			t.Errorf("POST %s: %d", path, p.Status)
		}
	}
	if p := v.get("/account/export.json"); p.Status != http.StatusForbidden {
		t.Errorf("export: %d", p.Status)
	}
	d.must(t, "factors", d.factors(t, d.ada), before)
	kept, err := d.DB.Passkeys(t.Context(), d.ada.ID)
	if err != nil || len(kept) != 1 || kept[0].Name != key.Name {
		t.Errorf("passkeys: %+v, %v", kept, err)
	}
	if user, err := d.DB.User(t.Context(), d.ada.ID); err != nil || user.Email != d.ada.Email {
		t.Errorf("user: %+v, %v", user, err)
	}
	if n := len(d.mails.to("eve@example.net")); n != 0 {
		t.Errorf("%d mails to the new address", n)
	}
}

func TestMailAloneChangesNothingForWhoHasMore(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		key := d.addPasskey(t, d.ada, "Phone")
		v := d.signedIn(t, d.ada, login.Mailbox)
		d.refusesAll(t, v, key)
		if n := len(d.events(t, d.ada, audit.FactorRemoved)); n != 2 {
			t.Errorf("%d refusals recorded for removing, want 2", n)
		}
	})
}

func TestStrongSignInOfLongAgoChangesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		key := d.addPasskey(t, d.ada, "Phone")
		v := d.signedIn(t, d.ada, login.VerifiedKey)
		d.Clock.Add(5*time.Minute + time.Second)
		d.refusesAll(t, v, key)
	})
}

func TestRecoveredSessionOfLongAgoChangesNothing(t *testing.T) {
	d := deploySQLite(t)
	key := d.addPasskey(t, d.ada, "Phone")
	v := d.signedIn(t, d.ada, login.Operator)
	d.Clock.Add(30*time.Minute + time.Second)
	d.refusesAll(t, v, key)
}

func TestPageOffersOnlyWhatWillBeDone(t *testing.T) {
	d := deploySQLite(t)
	d.addPasskey(t, d.ada, "Phone")
	weak, strong := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.ada, login.VerifiedKey)
	for path, action := range map[string]string{
		"/account/passkeys": "/account/passkeys/remove", "/account/app": "/account/app/begin", "/account/codes": "/account/codes/regenerate",
		"/account/profile": `"/account/email"`, "/account/delete": `action="/account/delete"`, "/account/export": "/account/export.json",
	} {
		if p := weak.get(path); strings.Contains(p.Body, action) || !strings.Contains(p.Body, "/account/confirm?to=") {
			t.Errorf("%s offers what is refused", path)
		}
		if p := strong.get(path); !strings.Contains(p.Body, action) || strings.Contains(p.Body, "/account/confirm?to=") {
			t.Errorf("%s does not offer what is possible", path)
		}
	}
}

func TestConfirmingLeadsBackToThePage(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		key := d.addPasskey(t, d.ada, "Phone")
		v := d.signedIn(t, d.ada, login.Mailbox)
		p := v.get("/account/confirm?to=passkeys")
		at, err := url.Parse(p.Location)
		if err != nil || p.Status != http.StatusSeeOther || !strings.HasPrefix(at.Path, "/login") {
			t.Fatalf("%d %s", p.Status, p.Location)
		}
		p = v.signIn(t, d.ada, login.VerifiedKey, at.Query().Get("request"))
		d.must(t, "goes on to", p.Location, "/account/passkeys")
		p = v.post("/account/passkeys/rename", url.Values{"passkey": {key.ID}, "name": {"Blue phone"}})
		d.must(t, "then it can be done", p.Location, "/account/passkeys?done=passkey-renamed")
		d.must(t, "confirming again", v.get("/account/confirm?to=passkeys").Location, "/account/passkeys")
	})
}

func TestConfirmingLeadsNowhereElse(t *testing.T) {
	d := deploySQLite(t)
	v := d.signedIn(t, d.ada, login.VerifiedKey)
	for _, to := range []string{"", "https://evil.example", "//evil.example", "../login", "passkeys/remove", "email", "\\evil", "delete%00"} {
		d.must(t, to, v.get("/account/confirm?to="+url.QueryEscape(to)).Location, "/account")
	}
	if p := v.get("/account/passkeys?done=%3Cb%3EYou+won"); strings.Contains(p.Body, "You won") {
		t.Error("the page says what its address says")
	}
}

func TestWhoHasNothingElseNeedsOnlyAFreshSignIn(t *testing.T) {
	d := deploySQLite(t)
	v := d.signedIn(t, d.ada, login.Mailbox)
	d.must(t, "fresh", v.post("/account/app/begin", nil).Status, http.StatusOK)
	d.Clock.Add(6 * time.Minute)
	d.must(t, "stale", v.post("/account/app/begin", nil).Status, http.StatusForbidden)
}

// A session of before cannot use what another proved, and a session that was ended can do nothing.
func TestEndedSessionCanDoNothing(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		d := deploy(t, open(t))
		key := d.addPasskey(t, d.ada, "Phone")
		thief, owner := d.signedIn(t, d.ada, login.VerifiedKey), d.signedIn(t, d.ada, login.VerifiedKey)
		d.must(t, "end others", owner.post("/account/sessions/end-others", nil).Status, http.StatusSeeOther)
		p := thief.post("/account/passkeys/remove", url.Values{"passkey": {key.ID}})
		d.must(t, "thief", p.Location, "/login")
		d.must(t, "factors", d.factors(t, d.ada), storage.Factors{Passkeys: 1})
	})
}
