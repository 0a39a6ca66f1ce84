package provider

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/web"
)

// sessionState is OpenID Connect Session Management section 3.2: what an application compares, by the
// frame of checkSession, to see whether the same person is still signed in. "" without the feature.
func (p *replier) sessionState(w http.ResponseWriter, r *http.Request, v *validRequest) string {
	at := origin(v.reply.uri)
	if !p.sessionManagement || at == "" || !slices.Contains(v.Scopes, "openid") {
		return ""
	}
	p.sessions.ShowState(w, r, v.session)
	salt := rand.Text()
	sum := sha256.Sum256([]byte(strings.Join([]string{v.ClientID, at, v.session.State(), salt}, " ")))
	return base64.RawURLEncoding.EncodeToString(sum[:]) + "." + salt
}

// checkSession answers GET /check-session, a frame for pages of applications.
func (e *logoutEndpoint) checkSession(w http.ResponseWriter, _ *http.Request) error {
	web.AllowEmbedding(w)
	w.Header().Set("Cache-Control", "public, max-age=300") // one for everybody: its script reads the cookie
	w.Header().Del("Vary")
	return e.pages.CheckSession(w, e.sessions.StateCookie())
}
