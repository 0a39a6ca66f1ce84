package server

import (
	"net/http"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// errorPages show what features refused.
type errorPages struct {
	pages    *templates.Pages
	sessions *session.Sessions
	site     web.Site
}

func (p errorPages) show(w http.ResponseWriter, r *http.Request, e *web.Error) {
	page := templates.Error{Status: e.Status, Title: e.Title, Message: e.Message, Code: e.Code, Detail: e.Hint, TraceID: web.TraceID(r.Context())}
	page.WayText, page.WayURL = e.WayText, e.WayURL
	if page.WayURL == "" {
		page.WayText, page.WayURL = p.wayOn(r, e.Status)
	}
	_ = p.pages.Render(w, e.Status, page)
}

// wayOn is the first thing that can help. A cookie is taken for a session here: it costs nothing, and
// the account asks who is not signed in.
func (p errorPages) wayOn(r *http.Request, status int) (text i18n.Text, url string) {
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout {
		return "Try again", templates.Again(r, p.site.Origin())
	}
	if !p.sessions.Brought(r) {
		return "Sign in", p.site.Path("/login")
	}
	return "Go to your account", p.site.Path("/account")
}
