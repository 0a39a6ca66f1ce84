package account_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/web"
)

// outage is a real store whose line to the audit trail can be cut.
type outage struct {
	*durable.DB
	cut atomic.Bool
}

func (o *outage) AppendEvents(ctx context.Context, events []audit.Event) error {
	if o.cut.Load() {
		return storage.ErrUnavailable
	}
	return o.DB.AppendEvents(ctx, events)
}

// A change that could not be recorded is never answered as done, and is recorded as soon as it can be.
func TestChangeIsNeverSilentlyUnrecorded(t *testing.T) {
	d := deploySQLite(t)
	line := &outage{DB: d.DB}
	recorder := audit.NewRecorder(line, audit.Options{})
	d.area.Audit = recorder
	d.remount(t)
	key := d.addPasskey(t, d.ada, "Phone")
	v := d.signedIn(t, d.ada, login.VerifiedKey)
	line.cut.Store(true)
	p := v.post("/account/passkeys/remove", url.Values{"passkey": {key.ID}})
	d.must(t, "while the line is cut", p.Status, http.StatusServiceUnavailable)
	line.cut.Store(false)
	if err := recorder.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.must(t, "recorded", len(d.events(t, d.ada, audit.FactorRemoved)), 1)
	d.must(t, "told", len(d.mails.to(d.ada.Email)), 1)
}

// full is a queue that takes no mail.
type full struct{}

func (full) Send(context.Context, mail.Message) error { return errors.New("no room") }

func TestChangeThatCannotBeToldIsNotAnsweredAsDone(t *testing.T) {
	d := deploySQLite(t)
	d.area.Mailer = full{}
	d.remount(t)
	d.addApp(t, d.ada)
	v, thief := d.signedIn(t, d.ada, login.VerifiedKey), d.signedIn(t, d.ada, login.VerifiedKey)
	p := v.post("/account/app/remove", nil)
	if p.Status != http.StatusInternalServerError || strings.Contains(p.Body, "no room") {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	d.must(t, "recorded all the same", len(d.events(t, d.ada, audit.FactorRemoved)), 1)
	d.must(t, "thief", thief.inside(), false)
}

func TestPagesStandBelowThePathOfTheIssuer(t *testing.T) {
	d := deploySQLite(t)
	d.area.Site = web.Site{Issuer: issuer + "/p", Base: "/p"}
	d.remount(t)
	v := d.signedIn(t, d.ada, login.Mailbox)
	for _, path := range gets() {
		p := v.get("/p" + path)
		if path == "/account/export.json" {
			continue
		}
		if p.Status != http.StatusOK || strings.Contains(p.Body, `"/account`) || !strings.Contains(p.Body, `"/p/account`) || strings.Count(p.Body, "aria-current") != 1 {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	d.addPasskey(t, d.ada, "Phone")
	if p := v.get("/p/account/passkeys"); !strings.Contains(p.Body, "/p/account/confirm?to=passkeys") {
		t.Error("no way to confirm")
	}
	strong := d.signedIn(t, d.ada, login.VerifiedKey)
	d.must(t, "confirm", strong.get("/p/account/confirm?to=passkeys").Location, "/p/account/passkeys")
	strong.post("/p/account/email", url.Values{"email": {newEmail}})
	if mails := d.mails.to(newEmail); len(mails) != 1 || !strings.Contains(mails[0].Text, issuer+"/p/account/email/link/symbolon_ec_") {
		t.Errorf("%+v", mails)
	}
}
