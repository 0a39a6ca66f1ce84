package endsession

import (
	"context"
	"net/http"
	"slices"

	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// maxFrames bounds how many applications one page notifies.
const maxFrames = 50

// frames notify each client of the session in the browser (OpenID Connect Front-Channel Logout
// section 3). It is asked before the session ends.
func (e *Endpoint) frames(ctx context.Context, s *session.Session) ([]string, error) {
	clients, err := e.Grants.FrontchannelClients(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	var frames []string
	for _, c := range clients {
		if oauth.Origin(c.FrontchannelLogoutURI) != "" && len(frames) < maxFrames {
			frames = append(frames, e.frame(c, s.ID))
		}
	}
	return frames, nil
}

func (e *Endpoint) frame(c storage.Client, sessionID string) string {
	if !c.FrontchannelLogoutSession {
		return c.FrontchannelLogoutURI
	}
	return oauth.AppendQuery(c.FrontchannelLogoutURI, [2]string{"iss", e.Issuer}, [2]string{"sid", e.Tokens.SID(c, sessionID)})
}

// signOutInFrames shows the page that loads them, and goes on to next, if anywhere, when it has: a
// browser counts the time of Refresh from when a page is complete, its frames included.
func (e *Endpoint) signOutInFrames(w http.ResponseWriter, q *signOut, frames []string, next string) error {
	var origins []string
	for _, frame := range frames {
		origins = append(origins, oauth.Origin(frame))
	}
	slices.Sort(origins)
	web.AllowFrames(w, slices.Compact(origins))
	h := w.Header()
	h.Set("Referrer-Policy", "no-referrer")
	if next != "" {
		h.Set("Refresh", "0;url="+next)
	}
	return e.Pages.Render(w, http.StatusOK, templates.SignedOut{
		SignInURL: e.Path("/login"), App: q.client.Name, NextURL: next, Frames: frames,
	})
}
