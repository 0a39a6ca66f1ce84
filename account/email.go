package account

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/users"
	"github.com/symbolon-id/symbolon/web"
)

// EmailStore counts the codes that were tried.
type EmailStore interface {
	// CountFailure counts one more try and returns 0 when it is within limit, else how long to wait, per
	// window; of any number of parallel callers on all nodes no more than limit are within it.
	CountFailure(ctx context.Context, key string, limit int, window time.Duration, now time.Time) (wait time.Duration, err error)
}

// emailPage changes the addresses of the account.
type emailPage struct {
	*frame
	store   EmailStore
	users   *users.Service
	changes *emailChanges
	profile *profilePage
	limiter Limiter
}

func (a *emailPage) mount(mux *web.Mux) {
	mux.Page("POST /account/email", a.sure(audit.EmailAsked, a.ask(first)))
	mux.Page("POST /account/second", a.sure(audit.EmailAsked, a.ask(second)))
	mux.Page("POST /account/second/remove", a.sure(audit.SecondEmailRemoved, a.removeSecond))
	mux.Page("POST /account/email/code", a.known(a.enterCode))
	mux.Page("POST /account/email/cancel", a.known(a.cancel))
	mux.Page("GET /account/email/link/{token}", a.showLink)
	mux.Page("POST /account/email/link/{token}", a.useLink)
	mux.Page("POST /account/email/link/{token}/not-me", a.refuseLink)
}

// enterCode takes the code, in the browser that asked and five times at most. The change was
// asked for by a user who had confirmed who they are, so it takes no second confirmation.
func (a *emailPage) enterCode(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	c, err := a.changes.of(r, s)
	if errors.Is(err, storage.ErrNotFound) {
		return a.profile.render(w, r, s, profileForm{status: http.StatusGone, alert: "That code no longer works. Request a new one."})
	}
	if err != nil {
		return err
	}
	code, ok := web.SixDigits(posted(r, "code"))
	if !ok {
		return a.profile.render(w, r, s, profileForm{status: http.StatusBadRequest, codeError: "Enter the 6-digit code."})
	}
	wait, err := a.store.CountFailure(r.Context(), "email-code:"+c.ID, 5, time.Hour, a.clock.Now())
	if err != nil {
		return err
	}
	if wait == 0 && c.HasCode(a.browser.ID(r), code) {
		return a.use(w, r, s, c)
	}
	return a.wrongCode(w, r, s, wait)
}

func (a *emailPage) wrongCode(w http.ResponseWriter, r *http.Request, s *session.Session, wait time.Duration) error {
	err := a.audit.Record(r.Context(), audit.Event{
		Type: audit.EmailChanged, Outcome: audit.Refused, Reason: "wrong_code", UserID: s.UserID, Method: via,
	})
	if err != nil {
		return err
	}
	if wait == 0 {
		return a.profile.render(w, r, s, profileForm{status: http.StatusBadRequest, codeError: "That isn’t the code from our latest email."})
	}
	if err := a.changes.void(r.Context(), s.UserID); err != nil {
		return err
	}
	web.RetryAfter(w, wait)
	return a.profile.render(w, r, s, profileForm{status: http.StatusTooManyRequests, alert: "Too many attempts. Request a new code."})
}

// use makes the new address the account's.
func (a *emailPage) use(w http.ResponseWriter, r *http.Request, s *session.Session, c emailChange) error {
	change, tell := a.users.ChangeEmail, a.firstSet
	if c.Which == second {
		change, tell = a.users.SetSecondEmail, a.secondSet
	}
	err := change(r.Context(), audit.Account, c.UserID, c.New, c.spend())
	switch {
	case errors.Is(err, storage.ErrExists):
		return a.taken(w, r, s)
	case errors.Is(err, storage.ErrSpent), errors.Is(err, storage.ErrNotFound):
		return a.profile.render(w, r, s, profileForm{status: http.StatusGone, alert: "That code was already used. Request a new one."})
	case err != nil:
		return err
	}
	if err := errors.Join(tell(r, s, c), a.changes.void(r.Context(), s.UserID)); err != nil {
		return err
	}
	return a.done(w, "profile", c.Which.done())
}

// firstSet notifies all addresses, the old and the new: s is of before.
func (a *emailPage) firstSet(r *http.Request, s *session.Session, c emailChange) error {
	m := templates.EmailChangedMail(c.Old, c.New, a.circumstances(r, s), a.link("/account/profile"))
	return errors.Join(
		a.endOtherSessions(r, s),
		a.write(r.Context(), m, addresses(s.User, c.New)...),
	)
}

// taken says so only here, to a user who has shown to read that address' mail.
func (a *emailPage) taken(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	if err := a.changes.void(r.Context(), s.UserID); err != nil {
		return err
	}
	return a.profile.render(w, r, s, profileForm{status: http.StatusConflict, alert: "Another account already uses that address. Nothing was changed."})
}

func (a *emailPage) cancel(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	if err := a.changes.void(r.Context(), s.UserID); err != nil {
		return err
	}
	return a.done(w, "profile", "email-cancelled")
}
