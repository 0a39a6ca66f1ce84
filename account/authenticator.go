package account

import (
	"context"
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
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

// appPage turns an authenticator app on and off.
type appPage struct {
	*frame
	store interface {
		AppStore
		Factors(ctx context.Context, userID string) (storage.Factors, error)
	}
	app   App
	qr    func(text string) (templates.QR, error)
	codes *codesPage
}

func (a *appPage) mount(mux *web.Mux) {
	mux.Page("GET /account/app", a.known(a.show))
	mux.Page("POST /account/app/begin", a.sure(audit.FactorAdded, a.begin))
	mux.Page("POST /account/app/confirm", a.sure(audit.FactorAdded, a.confirmKey))
	mux.Page("POST /account/app/remove", a.sure(audit.FactorRemoved, a.remove))
}

func (a *appPage) show(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	return a.render(w, r, s, http.StatusOK, "")
}

func (a *appPage) render(w http.ResponseWriter, r *http.Request, s *session.Session, status int, alert i18n.Text) error {
	frame, err := a.guarded(r, s)
	if err != nil {
		return err
	}
	frame.Alert = alert
	p := templates.AuthenticatorApp{Frame: frame, Begin: a.Path("/account/app/begin"), Remove: a.Path("/account/app/remove")}
	t, err := a.store.TOTP(r.Context(), s.UserID)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	if !t.ConfirmedAt.IsZero() {
		f, err := a.store.Factors(r.Context(), s.UserID)
		if err != nil {
			return err
		}
		f.TOTP = false
		p.Since, p.LastUsed, p.Keeps = t.ConfirmedAt, t.LastUsedAt, a.keeps(f)
	}
	return a.pages.Render(w, status, p)
}

// begin shows a key. It proves nothing until a code of it is typed.
func (a *appPage) begin(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	key, uri, err := a.app.Propose(r.Context(), s.User)
	if errors.Is(err, storage.ErrExists) {
		return a.render(w, r, s, http.StatusConflict, "You already have an authenticator app. Remove it first.")
	}
	if err != nil {
		return err
	}
	return a.showKey(w, r, s, templates.AuthenticatorApp{Key: key, URI: uri})
}

// showKey shows p, which has a key and perhaps an error.
func (a *appPage) showKey(w http.ResponseWriter, r *http.Request, s *session.Session, p templates.AuthenticatorApp) (err error) {
	if p.QR, err = a.qr(p.URI); err != nil {
		return err
	}
	p.Frame, p.Confirm = a.head(r, s), a.Path("/account/app/confirm")
	status := http.StatusOK
	if p.Error != "" {
		status = http.StatusBadRequest
	}
	return a.pages.Render(w, status, p)
}

func (a *appPage) confirmKey(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	right, err := a.app.Confirm(r.Context(), s.User, posted(r, "code"))
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrSpent) {
		return a.render(w, r, s, http.StatusGone, "That key is out of date. Start again.")
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
	return a.codes.added(w, r, s, pathTo("app"), "app-added")
}

func (a *appPage) wrongCode(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	err := a.audit.Record(r.Context(), audit.Event{
		Type: audit.FactorAdded, Outcome: audit.Refused, Reason: "wrong_code", UserID: s.UserID, Method: appMethod,
	})
	if err != nil {
		return err
	}
	key, uri, err := a.app.Proposed(r.Context(), s.User)
	if errors.Is(err, storage.ErrNotFound) {
		return a.render(w, r, s, http.StatusGone, "That key is out of date. Start again.")
	}
	if err != nil {
		return err
	}
	return a.showKey(w, r, s, templates.AuthenticatorApp{
		Key: key, URI: uri, Error: "That isn’t the current code. Check that your phone’s clock is correct.",
	})
}

func (a *appPage) remove(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	err := a.store.DropTOTP(r.Context(), s.UserID)
	if errors.Is(err, storage.ErrLast) {
		return a.last(w, r, s, appMethod, "", a.render)
	}
	if err != nil {
		return err
	}
	if err := a.removed(r, s, appMethod, "", "the authenticator app"); err != nil {
		return err
	}
	return a.done(w, "app", "app-removed")
}
