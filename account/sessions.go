package account

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// SessionStore keeps sessions.
type SessionStore interface {
	// UserSessions returns the user's live sessions, the last seen first.
	UserSessions(ctx context.Context, userID string) ([]storage.Session, error)
	EndSession(ctx context.Context, id string, at time.Time) error
	// EndUserSessions ends all of the user's but exceptID.
	EndUserSessions(ctx context.Context, userID, exceptID string, at time.Time) error
}

// sessionsPage shows where the user is signed in, and ends it.
type sessionsPage struct {
	*frame
	store  SessionStore
	others *othersPage
}

func (a *sessionsPage) mount(mux *web.Mux) {
	mux.Page("GET /account/sessions", a.known(a.show))
	mux.Page("POST /account/sessions/end", a.known(a.end))
	mux.Page("POST /account/sessions/end-others", a.known(a.endOthers))
}

func (a *sessionsPage) show(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	all, err := a.store.UserSessions(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	p := templates.Sessions{
		Frame: a.head(r, s), End: a.Path("/account/sessions/end"), EndOthers: a.Path("/account/sessions/end-others"),
	}
	for _, one := range all {
		p.Sessions = append(p.Sessions, templates.Session{
			ID: one.ID, Browser: one.UserAgent, Network: one.Network, Began: one.CreatedAt, Seen: one.LastSeenAt, Current: one.ID == s.ID,
		})
	}
	return a.pages.Render(w, http.StatusOK, p)
}

// end ends one of the person's own. It asks for no fresh sign-in: a user who sees an attacker signed
// in must not be slowed down, and the attacker gains nothing.
func (a *sessionsPage) end(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	all, err := a.store.UserSessions(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	id := posted(r, "session")
	if !slices.ContainsFunc(all, func(one storage.Session) bool { return one.ID == id }) {
		return fmt.Errorf("find session: %w", storage.ErrNotFound)
	}
	if err := a.store.EndSession(r.Context(), id, a.clock.Now()); err != nil {
		return err
	}
	if err := a.did(r, s, audit.Event{Type: audit.SignOut, Target: id}); err != nil {
		return err
	}
	if id == s.ID {
		if err := a.sessions.End(w, r); err != nil { // takes the cookie back, too
			return err
		}
		return web.Redirect(w, a.Path("/login"))
	}
	return a.done(w, "sessions", "session-ended")
}

func (a *sessionsPage) endOthers(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	if err := a.others.signOutOthers(r, s); err != nil {
		return err
	}
	return a.done(w, "sessions", "others-ended")
}
