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
	"github.com/symbolon-id/symbolon/users"
	"github.com/symbolon-id/symbolon/web"
)

// deletePage deletes the account.
type deletePage struct {
	*frame
	store interface {
		Connections(ctx context.Context, userID string) ([]storage.Connection, error)
	}
	users   *users.Service
	changes *emailChanges
}

func (a *deletePage) mount(mux *web.Mux) {
	mux.Page("GET /account/delete", a.known(a.show))
	mux.Page("POST /account/delete", a.sure(audit.UserDeleted, a.delete))
}

// show explains what deleting means.
func (a *deletePage) show(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	frame, err := a.guarded(r, s)
	if err != nil {
		return err
	}
	all, err := a.store.Connections(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	return a.pages.Render(w, http.StatusOK, templates.DeleteAccount{
		Frame: frame, Action: a.Path("/account/delete"), Loses: loses(all), Back: a.Path("/account"),
	})
}

const namedLosses = 3

func loses(all []storage.Connection) []i18n.Text {
	var said []i18n.Text
	for i, c := range all {
		if i == namedLosses {
			return append(said, i18n.Say("{n} more apps will lose access.", len(all)-i))
		}
		said = append(said, i18n.Say("{app} will lose access.", c.Name))
	}
	return said
}

// delete removes all there is. Every token dies with the row of the user it names.
func (a *deletePage) delete(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	err := a.users.Delete(r.Context(), audit.Account, s.UserID)
	switch {
	case errors.Is(err, users.ErrUnrecorded), err == nil:
		err = errors.Join(err, a.deleted(r, s))
	case errors.Is(err, storage.ErrNotFound): // of two clicks the other did it
		err = nil
	}
	if err != nil {
		return err
	}
	if err := a.sessions.End(w, r); err != nil {
		return err
	}
	return a.pages.Render(w, http.StatusOK, templates.SignedOut{Notice: "Your account and everything we stored about you were deleted.", SignInURL: a.Path("/login")})
}

// deleted sends one mail as a goodbye.
func (a *deletePage) deleted(r *http.Request, s *session.Session) error {
	return errors.Join(
		a.write(r.Context(), templates.AccountDeletedMail(a.circumstances(r, s)), s.User.Addresses()...),
		a.changes.void(r.Context(), s.UserID),
	)
}
