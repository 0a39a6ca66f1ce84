package session

import (
	"encoding/base64"
	"net/http"

	"github.com/symbolon-id/symbolon/storage"
)

// State returns what distinguishes one session from the next in the browser (OpenID Connect Session
// Management section 3.2): no secret, but another one for each session.
func (s *Session) State() string {
	return base64.RawURLEncoding.EncodeToString(storage.Digest(s.ID)[:16])
}

// StateCookie returns the name of the cookie that holds the State of the user signed in.
func (s *Sessions) StateCookie() string { return s.options.CookieName("symbolon_state") }

// ShowState makes sure that the browser has the state of now, where Options.ShowState asks for it.
func (s *Sessions) ShowState(w http.ResponseWriter, r *http.Request, now *Session) {
	known, err := r.Cookie(s.StateCookie())
	if err == nil && known.Value == now.State() {
		return
	}
	s.setState(w, now.State(), int(s.options.Absolute.Seconds()))
}

// setState writes a cookie that the script of a frame on another site can read. Without https it can
// on the same machine only, where all ports are one site.
func (s *Sessions) setState(w http.ResponseWriter, value string, maxAge int) {
	if !s.options.ShowState {
		return
	}
	sameSite := http.SameSiteLaxMode
	if s.options.Secure {
		sameSite = http.SameSiteNoneMode
	}
	http.SetCookie(w, &http.Cookie{
		Name: s.StateCookie(), Value: value, Path: "/", MaxAge: maxAge, Secure: s.options.Secure, SameSite: sameSite,
	})
}
