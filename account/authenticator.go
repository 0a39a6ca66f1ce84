package account

import (
	"context"
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// AppStore keeps authenticator apps.
type AppStore interface {
	// TOTP returns the user's, confirmed or only proposed, or storage.ErrNotFound.
	TOTP(ctx context.Context, userID string) (storage.TOTP, error)
	// DropTOTP returns storage.ErrNotFound when there is none, storage.ErrLast when too little would
	// be left.
	DropTOTP(ctx context.Context, userID string) error
}

// App enrols authenticator apps. key is base32 without spaces, uri begins with otpauth://totp/.
type App interface {
	// Propose makes a key, in place of one that was never confirmed; storage.ErrExists when one was.
	Propose(ctx context.Context, user storage.User) (key, uri string, err error)
	// Proposed returns the key again until it is confirmed, or storage.ErrNotFound.
	Proposed(ctx context.Context, user storage.User) (key, uri string, err error)
	// Confirm makes the proposed key a factor if code is its, else it returns false.
	// storage.ErrNotFound without a proposal, storage.ErrSpent when it was replaced.
	Confirm(ctx context.Context, user storage.User, code string) (bool, error)
}

const appMethod = "totp"

func (a *Area) mountApp(mux *web.Mux) {
	mux.Page("GET "+a.Base+"/account/app", a.known(a.app))
	mux.Page("POST "+a.Base+"/account/app/begin", a.sure(audit.FactorAdded, a.beginApp))
	mux.Page("POST "+a.Base+"/account/app/confirm", a.sure(audit.FactorAdded, a.confirmApp))
	mux.Page("POST "+a.Base+"/account/app/remove", a.sure(audit.FactorRemoved, a.removeApp))
}

func (a *Area) app(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	return a.showApp(w, r, s, http.StatusOK, "")
}

func (a *Area) showApp(w http.ResponseWriter, r *http.Request, s *session.Session, status int, alert string) error {
	frame, err := a.guarded(r, s)
	if err != nil {
		return err
	}
	frame.Alert = alert
	p := templates.AuthenticatorApp{Frame: frame, Begin: a.Base + "/account/app/begin", Remove: a.Base + "/account/app/remove"}
	t, err := a.Store.TOTP(r.Context(), s.UserID)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	if !t.ConfirmedAt.IsZero() {
		f, err := a.Store.Factors(r.Context(), s.UserID)
		if err != nil {
			return err
		}
		f.TOTP = false
		p.Since, p.LastUsed, p.Keeps = t.ConfirmedAt, t.LastUsedAt, a.keeps(f)
	}
	return a.Pages.Render(w, status, p)
}

// beginApp shows a key. It proves nothing until a code of it is typed.
func (a *Area) beginApp(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	key, uri, err := a.App.Propose(r.Context(), s.User)
	if errors.Is(err, storage.ErrExists) {
		return a.showApp(w, r, s, http.StatusConflict, "You already have an authenticator app. Remove it first.")
	}
	if err != nil {
		return err
	}
	return a.showKey(w, r, s, templates.AuthenticatorApp{Key: key, URI: uri})
}

// showKey shows p, which has a key and perhaps an error.
func (a *Area) showKey(w http.ResponseWriter, r *http.Request, s *session.Session, p templates.AuthenticatorApp) (err error) {
	if p.QR, err = a.QR(p.URI); err != nil {
		return err
	}
	p.Frame, p.Confirm = a.frame(r, s), a.Base+"/account/app/confirm"
	status := http.StatusOK
	if p.Error != "" {
		status = http.StatusBadRequest
	}
	return a.Pages.Render(w, status, p)
}

func (a *Area) confirmApp(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	right, err := a.App.Confirm(r.Context(), s.User, posted(r, "code"))
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrSpent) {
		return a.showApp(w, r, s, http.StatusGone, "That key is out of date. Start again.")
	}
	if err != nil {
		return err
	}
	if !right {
		return a.wrongCode(w, r, s)
	}
	err = a.changed(r, s, audit.Event{Type: audit.FactorAdded, Method: appMethod},
		templates.FactorAddedMail("an authenticator app", a.circumstances(r, s), a.link("/account")))
	if err != nil {
		return err
	}
	return a.added(w, r, s, pathTo("app"), "app-added")
}

func (a *Area) wrongCode(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	err := a.Audit.Record(r.Context(), audit.Event{
		Type: audit.FactorAdded, Outcome: audit.Refused, Reason: "wrong_code", UserID: s.UserID, Method: appMethod,
	})
	if err != nil {
		return err
	}
	key, uri, err := a.App.Proposed(r.Context(), s.User)
	if errors.Is(err, storage.ErrNotFound) {
		return a.showApp(w, r, s, http.StatusGone, "That key is out of date. Start again.")
	}
	if err != nil {
		return err
	}
	return a.showKey(w, r, s, templates.AuthenticatorApp{
		Key: key, URI: uri, Error: "That isn’t the current code. Check that your phone’s clock is correct.",
	})
}

func (a *Area) removeApp(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	err := a.Store.DropTOTP(r.Context(), s.UserID)
	if errors.Is(err, storage.ErrLast) {
		return a.last(w, r, s, appMethod, "", a.showApp)
	}
	if err != nil {
		return err
	}
	if err := a.removed(r, s, appMethod, "", "the authenticator app"); err != nil {
		return err
	}
	return a.done(w, "app", "app-removed")
}
