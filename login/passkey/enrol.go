package passkey

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Recorder remembers decisions.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
}

// Enrol does what Finish does, for a page: what came of it is in the audit log, and the owner gets a
// notice of a new passkey by mail. An error other than a *web.Error below 500 may come after the passkey was kept.
func (e *Enrolment) Enrol(r *http.Request, user storage.User, browser, credentialJSON, passkeyName string) (storage.Passkey, error) {
	p, err := e.Finish(r.Context(), user, browser, credentialJSON, passkeyName)
	if page, ok := Refusal(err); ok {
		return p, cmp.Or(e.record(r, user, audit.Event{Outcome: audit.Refused, Reason: page.Code}), err)
	}
	if err != nil {
		return p, err
	}
	return p, errors.Join(e.record(r, user, audit.Event{Outcome: audit.Success, Target: p.ID}), e.notify(r, user, p))
}

// Refusal returns what the person reads whose passkey was refused; ok is false when err is anything
// else.
func Refusal(err error) (page *web.Error, ok bool) {
	page, ok = errors.AsType[*web.Error](err)
	return page, ok && page.Status < http.StatusInternalServerError
}

func (e *Enrolment) record(r *http.Request, user storage.User, event audit.Event) error {
	event.Type, event.UserID, event.Method = audit.FactorAdded, user.ID, name
	return e.Audit.Record(r.Context(), event)
}

func (e *Enrolment) notify(r *http.Request, user storage.User, p storage.Passkey) error {
	m := templates.FactorAddedMail(i18n.Say("the passkey “{name}”", p.Name), login.Circumstances(r, e.now()), e.Account)
	return e.Notices.Notify(context.WithoutCancel(r.Context()), user, m)
}
