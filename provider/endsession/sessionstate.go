package endsession

import (
	"net/http"

	"github.com/symbolon-id/symbolon/web"
)

// CheckSession answers GET /check-session, a frame for pages of applications.
func (e *Endpoint) CheckSession(w http.ResponseWriter, _ *http.Request) error {
	web.AllowEmbedding(w)
	w.Header().Set("Cache-Control", "public, max-age=300") // one for all users: its script reads the cookie
	w.Header().Del("Vary")
	return e.Pages.CheckSession(w, e.Sessions.StateCookie())
}
