package provider

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// maxFrames bounds how many applications one page tells.
const maxFrames = 50

// frames are what tells each client of the session in the browser (OpenID Connect Front-Channel Logout
// section 3). It is asked before the session ends.
func (e *logoutEndpoint) frames(ctx context.Context, s *session.Session) ([]string, error) {
	clients, err := e.grants.FrontchannelClients(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	var frames []string
	for _, c := range clients {
		if origin(c.FrontchannelLogoutURI) != "" && len(frames) < maxFrames {
			frames = append(frames, e.frame(c, s.ID))
		}
	}
	return frames, nil
}

func (e *logoutEndpoint) frame(c storage.Client, sessionID string) string {
	if !c.FrontchannelLogoutSession {
		return c.FrontchannelLogoutURI
	}
	return appendQuery(c.FrontchannelLogoutURI, [2]string{"iss", e.Issuer}, [2]string{"sid", e.tokens.sid(c, sessionID)})
}

// signOutInFrames shows the page that loads them, and goes on to next, if anywhere, when it has: a
// browser counts the time of Refresh from when a page is complete, its frames included.
func (e *logoutEndpoint) signOutInFrames(w http.ResponseWriter, q *signOut, frames []string, next string) error {
	var origins []string
	for _, frame := range frames {
		origins = append(origins, origin(frame))
	}
	slices.Sort(origins)
	web.AllowFrames(w, slices.Compact(origins))
	h := w.Header()
	h.Set("Referrer-Policy", "no-referrer")
	if next != "" {
		h.Set("Refresh", "0;url="+next)
	}
	return e.pages.Render(w, http.StatusOK, templates.SignedOut{
		SignInURL: e.Path("/login"), App: q.client.Name, NextURL: next, Frames: frames,
	})
}

// origin is that of a web address as browsers write it (RFC 6454 section 6.2), or "" when it has none
// that could stand in a header.
func origin(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || !isWeb(u.Scheme) || u.Host == "" || strings.ContainsFunc(u.Host, notInHost) {
		return ""
	}
	standard := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	return u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), standard)
}

func notInHost(r rune) bool {
	letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	return !letter && !strings.ContainsRune("-.:[]_", r)
}
