// Package recoverlink signs users in by links that the operator makes for them: who lost every way to
// sign in, and who is invited.
//
//	GET  /login/recover/{token}, /login/invitation/{token}  show what the link does; never do it
//	POST /login/recover/{token}, /login/invitation/{token}  sign in, once
//
// An invitation goes to the address of a new account and is worth what any email is worth; it ends with
// the first sign-in by that address. For a recovery
// no factor is asked for, because all of them are lost. What the person had stays until they remove
// it themselves. Every link that is made is in the audit trail, and the user gets a mail; it
// can be made to work only some time later, so that the owner of the mailbox can object.
package recoverlink

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

const name = login.OperatorAMR

// Users finds people.
type Users interface {
	// User returns the user with this id, disabled or not, or storage.ErrNotFound.
	User(ctx context.Context, id string) (storage.User, error)
}

// Method signs in by the operator's link.
type Method struct {
	Users  Users
	Sealer Sealer
	Now    func() time.Time // nil: the system's clock
}

var _ login.Method = (*Method)(nil)

// Name returns "recover".
func (m *Method) Name() string { return name }

// Offered offers nothing: the link is the only way to here.
func (m *Method) Offered(context.Context, login.Attempt) (templates.Offer, error) { return nil, nil }

// Mount registers the pages of the link.
func (m *Method) Mount(mux *web.Mux, flow *login.Flow) {
	p := pages{Method: m, flow: flow}
	for _, path := range []string{"/login/recover/{token}", "/login/invitation/{token}"} {
		mux.Page("GET "+path, p.show)
		mux.Page("POST "+path, p.use)
	}
}

// pages are the handlers; they need the flow, which exists only once the method is mounted.
type pages struct {
	*Method
	flow *login.Flow
}

// show explains what the link does. Scanners open links, so opening changes nothing.
func (p pages) show(w http.ResponseWriter, r *http.Request) error {
	l, user, err := p.link(r)
	if err != nil {
		return p.dead(err)
	}
	if p.now().Before(l.From) {
		return p.early(l)
	}
	return p.flow.Pages.Render(w, http.StatusOK, templates.RecoverAccount{
		Account: user.Email, Invited: l.Invited != "", Until: l.Until, Action: r.URL.Path,
	})
}

// use spends the link in the transaction that starts the session: of many clicks on many nodes one
// signs in.
func (p pages) use(w http.ResponseWriter, r *http.Request) error {
	l, _, err := p.link(r)
	if err != nil {
		return p.dead(err)
	}
	if p.now().Before(l.From) {
		if err := p.refused(r, l, "too_early"); err != nil {
			return err
		}
		return p.early(l)
	}
	return p.flow.Complete(w, r, "", l.proof())
}

// link reads the link in the request's path; storage.ErrNotFound when it is none, is over, or its
// account does not exist any more.
func (p pages) link(r *http.Request) (Link, storage.User, error) {
	l, err := Open(p.Sealer, r.PathValue("token"))
	if err != nil {
		return l, storage.User{}, err
	}
	if !p.now().Before(l.Until) {
		return l, storage.User{}, storage.ErrNotFound
	}
	user, err := p.Users.User(r.Context(), l.UserID)
	if err != nil {
		return l, user, fmt.Errorf("find whose link it is: %w", err)
	}
	if l.over(user) {
		return l, user, storage.ErrNotFound
	}
	return l, user, nil
}

// early answers a link that does not work yet.
func (p pages) early(l Link) error {
	return p.flow.DeadEnd(login.End{
		Status: http.StatusForbidden, Code: "link_early", Title: "This link isn’t active yet",
		Message: i18n.Say("You can use it from {when}. Keep it until then.", l.From),
	}, "")
}

// dead answers a link that does not open; any other error is returned.
func (p pages) dead(err error) error {
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return p.flow.DeadEnd(login.Dead(), "")
}

func (p pages) refused(r *http.Request, l Link, reason string) error {
	return p.flow.Audit.Record(r.Context(), audit.Event{
		Type: audit.SignIn, Outcome: audit.Refused, Reason: reason, UserID: l.UserID, Target: l.ID, Method: name,
	})
}

func (m *Method) now() time.Time {
	if m.Now == nil {
		return time.Now()
	}
	return m.Now()
}
