package login

import (
	"net/http"

	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// home is the page of somebody signed in who came without an application.
func (f *Flow) home(w http.ResponseWriter, r *http.Request) error {
	s, err := f.Sessions.Current(r)
	if err != nil {
		return err
	}
	if s == nil {
		return web.Redirect(w, f.SignInURL(""))
	}
	return f.Pages.Render(w, http.StatusOK, templates.Home{
		Name: s.User.Name, Email: s.User.Email, SignOutURL: f.Base + "/logout",
	})
}
