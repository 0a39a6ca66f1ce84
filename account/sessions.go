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

func (a *Area) sessions(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	all, err := a.Store.UserSessions(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	p := templates.Sessions{
		Frame: a.frame(r, s), End: a.Base + "/account/sessions/end", EndOthers: a.Base + "/account/sessions/end-others",
	}
	for _, one := range all {
		p.Sessions = append(p.Sessions, templates.Session{
			ID: one.ID, Browser: one.UserAgent, Network: one.Network, Began: one.CreatedAt, Seen: one.LastSeenAt, Current: one.ID == s.ID,
		})
	}
	return a.Pages.Render(w, http.StatusOK, p)
}

// endSession ends one of the person's own. It asks for no fresh sign-in: who sees a stranger signed
// in must not be slowed down, and the stranger gains nothing.
func (a *Area) endSession(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	all, err := a.Store.UserSessions(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	id := posted(r, "session")
	if !slices.ContainsFunc(all, func(one storage.Session) bool { return one.ID == id }) {
		return fmt.Errorf("find session: %w", storage.ErrNotFound)
	}
	if err := a.Store.EndSession(r.Context(), id, a.now()); err != nil {
		return err
	}
	if err := a.did(r, s, audit.Event{Type: audit.SignOut, Target: id}); err != nil {
		return err
	}
	if id == s.ID {
		if err := a.Sessions.End(w, r); err != nil { // takes the cookie back, too
			return err
		}
		return web.Redirect(w, a.Base+"/login")
	}
	return a.done(w, "sessions", "session-ended")
}

func (a *Area) endOthers(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	if err := a.signOutOthers(r, s); err != nil {
		return err
	}
	return a.done(w, "sessions", "others-ended")
}
