package account

import (
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// added ends the enrolment of a factor and leads to the page at path. With the first one come recovery
// codes, which are shown right here because they can never be shown again.
func (a *codesPage) added(w http.ResponseWriter, r *http.Request, s *session.Session, path, what string) error {
	if a.codes != nil {
		codes, err := a.codes.First(r, s.User)
		if err != nil {
			return err
		}
		if codes != nil {
			return a.render(w, r, s, codes, notice(what), a.Path(path))
		}
	}
	return web.Redirect(w, a.Path(path)+"?done="+what)
}

// removed records and notifies that a factor was removed, and signs out all who may have used it.
func (a *frame) removed(r *http.Request, s *session.Session, method, id string, factor i18n.Text) error {
	m := templates.FactorRemovedMail(factor, a.circumstances(r, s), a.link("/account"))
	return errors.Join(
		a.endOtherSessions(r, s),
		a.changed(r, s, audit.Event{Type: audit.FactorRemoved, Method: method, Target: id}, m),
	)
}

// last refuses to remove a factor without which the person could not get in any more.
func (a *frame) last(w http.ResponseWriter, r *http.Request, s *session.Session, method, id string,
	show func(http.ResponseWriter, *http.Request, *session.Session, int, i18n.Text) error,
) error {
	err := a.audit.Record(r.Context(), audit.Event{
		Type: audit.FactorRemoved, Outcome: audit.Refused, Reason: "last", UserID: s.UserID, Method: method, Target: id,
	})
	if err != nil {
		return err
	}
	return show(w, r, s, http.StatusConflict, "It wasn’t removed because you couldn’t sign in without it.")
}
