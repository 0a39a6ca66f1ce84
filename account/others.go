package account

import (
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

// askOthers asks after a first passkey, and after the operator let the person back in: others who
// were in the account before may be there still. Where there is nothing to end, it asks nothing.
func (a *Area) askOthers(w http.ResponseWriter, r *http.Request, s *session.Session) error {
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
		Browsers: browsers, Handle: handle, Action: a.Base + OthersPath,
	}
	for _, c := range apps {
		page.Apps = append(page.Apps, a.connection(c).Name)
	}
	return a.Pages.Render(w, http.StatusOK, page)
}

// afterPasskey is where a passkey that was added leads: a first one, or that of a person the operator
// let back in, by way of what else has access.
func (a *Area) afterPasskey(r *http.Request, s *session.Session) (path string, err error) {
	all, err := a.Store.Passkeys(r.Context(), s.UserID)
	if err != nil || len(all) > 1 && !s.Settling(a.now()) {
		return pathTo("passkeys"), err
	}
	browsers, apps, err := a.others(r, s)
	if err != nil || !browsers && len(apps) == 0 {
		return pathTo("passkeys"), err
	}
	return OthersPath, nil
}

// others is what else has access to the account.
func (a *Area) others(r *http.Request, s *session.Session) (browsers bool, apps []storage.Connection, err error) {
	sessions, err := a.Store.UserSessions(r.Context(), s.UserID)
	if err != nil {
		return false, nil, err
	}
	apps, err = a.Store.Connections(r.Context(), s.UserID)
	return len(sessions) > 1, apps, err
}

// endThem ends what the person left chosen. Like signing out other browsers it takes no fresh sign-in.
func (a *Area) endThem(w http.ResponseWriter, r *http.Request, s *session.Session) error {
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
			if err := a.disconnect(r, s, c.ClientID); err != nil {
				return err
			}
		}
	}
	return web.Redirect(w, a.onward(posted(r, "request")))
}

func (a *Area) signOutOthers(r *http.Request, s *session.Session) error {
	if err := a.endOtherSessions(r, s); err != nil {
		return err
	}
	return a.did(r, s, audit.Event{Type: audit.SignOut, Target: "others"})
}

func (a *Area) onward(handle string) string {
	if handle == "" {
		return a.Base + "/account"
	}
	return a.Base + "/authorize/" + url.PathEscape(handle)
}
