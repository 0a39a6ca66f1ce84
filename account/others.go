package account

import (
	"context"
	"net/http"
	"net/url"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// OthersPath is the page that asks whether everything else is to be signed out, below the path of the
// issuer. With request=HANDLE it leads on to that request, else to the account.
const OthersPath = "/account/others"

// othersPage asks whether everything else that has access is to lose it.
type othersPage struct {
	*frame
	store interface {
		Passkeys(ctx context.Context, userID string) ([]storage.Passkey, error)
		UserSessions(ctx context.Context, userID string) ([]storage.Session, error)
		Connections(ctx context.Context, userID string) ([]storage.Connection, error)
	}
	connections *connectionsPage
}

func (a *othersPage) mount(mux *web.Mux) {
	mux.Page("GET "+OthersPath, a.known(a.show))
	mux.Page("POST "+OthersPath, a.known(a.end))
}

// show asks after a first passkey, and after the operator let the person back in: others who
// were in the account before may be there still. Where there is nothing to end, it asks nothing.
func (a *othersPage) show(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	handle := r.URL.Query().Get("request")
	browsers, apps, err := a.others(r, s)
	if err != nil {
		return err
	}
	if !browsers && len(apps) == 0 {
		return web.Redirect(w, a.onward(handle))
	}
	page := templates.Others{
		Frame:    templates.Frame{Notice: notice(r.URL.Query().Get("done"))},
		Browsers: browsers, Handle: handle, Action: a.Path(OthersPath),
	}
	for _, c := range apps {
		page.Apps = append(page.Apps, a.connections.connection(c).Name)
	}
	return a.pages.Render(w, http.StatusOK, page)
}

// afterPasskey is where a passkey that was added leads: a first one, or that of a person the operator
// let back in, by way of what else has access.
func (a *othersPage) afterPasskey(r *http.Request, s *session.Session) (path string, err error) {
	all, err := a.store.Passkeys(r.Context(), s.UserID)
	if err != nil || len(all) > 1 && !s.Settling(a.clock.Now()) {
		return pathTo("passkeys"), err
	}
	browsers, apps, err := a.others(r, s)
	if err != nil || !browsers && len(apps) == 0 {
		return pathTo("passkeys"), err
	}
	return OthersPath, nil
}

// others is what else has access to the account.
func (a *othersPage) others(r *http.Request, s *session.Session) (browsers bool, apps []storage.Connection, err error) {
	sessions, err := a.store.UserSessions(r.Context(), s.UserID)
	if err != nil {
		return false, nil, err
	}
	apps, err = a.store.Connections(r.Context(), s.UserID)
	return len(sessions) > 1, apps, err
}

// end ends what the person left chosen. Like signing out other browsers it takes no fresh sign-in.
func (a *othersPage) end(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	browsers, apps, err := a.others(r, s)
	if err != nil {
		return err
	}
	if browsers && posted(r, "browsers") != "" {
		if err := a.signOutOthers(r, s); err != nil {
			return err
		}
	}
	if posted(r, "apps") != "" {
		for _, c := range apps {
			if err := a.connections.disconnect(r, s, c.ClientID); err != nil {
				return err
			}
		}
	}
	return web.Redirect(w, a.onward(posted(r, "request")))
}

func (a *othersPage) signOutOthers(r *http.Request, s *session.Session) error {
	if err := a.endOtherSessions(r, s); err != nil {
		return err
	}
	return a.did(r, s, audit.Event{Type: audit.SignOut, Target: "others"})
}

func (a *othersPage) onward(handle string) string {
	if handle == "" {
		return a.Path("/account")
	}
	return a.Path("/authorize/" + url.PathEscape(handle))
}
