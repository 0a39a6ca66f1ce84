package authorize

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/provider/oauth"
)

// sessionState returns the session_state of OpenID Connect Session Management section 3.2: what an application compares, by the
// frame of checkSession, to see whether the same person is still signed in. "" without the feature.
func (p *replier) sessionState(w http.ResponseWriter, r *http.Request, v *validRequest) string {
	at := oauth.Origin(v.reply.uri)
	if !p.sessionManagement || at == "" || !slices.Contains(v.Scopes, "openid") {
		return ""
	}
	p.sessions.ShowState(w, r, v.session)
	salt := rand.Text()
	sum := sha256.Sum256([]byte(strings.Join([]string{v.ClientID, at, v.session.State(), salt}, " ")))
	return base64.RawURLEncoding.EncodeToString(sum[:]) + "." + salt
}
