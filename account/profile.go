package account

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// ProfileStore keeps names.
type ProfileStore interface {
	// RenameUser changes the name and nothing else: an address changed at the same moment stays.
	RenameUser(ctx context.Context, id, name string, at time.Time) error
}

// profileForm is what was typed, and what is wrong with it.
type profileForm struct {
	status            int
	name, nameError   string
	email, emailError string
	codeError, alert  string
}

func (a *Area) profile(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	return a.showProfile(w, r, s, profileForm{status: http.StatusOK})
}

func (a *Area) showProfile(w http.ResponseWriter, r *http.Request, s *session.Session, typed profileForm) error {
	frame, err := a.guarded(r, s)
	if err != nil {
		return err
	}
	frame.Alert = typed.alert
	if a.Passkeys != nil && frame.Notice != "" { // something of this has just changed
		frame.Signals = []templates.Signal{a.Passkeys.SignalDetails(s.User)}
	}
	p := templates.Profile{
		Frame: frame, Name: s.User.Name, Rename: a.Base + "/account/profile", NameError: typed.nameError,
		Email: templates.Address{
			Address: s.User.Email, Change: a.Base + "/account/email", Typed: typed.email, Error: typed.emailError,
			Confirm: a.Base + "/account/email/code", CodeError: typed.codeError, Cancel: a.Base + "/account/email/cancel",
		},
	}
	if typed.nameError != "" {
		p.Name = typed.name
	}
	if p.Email.Pending, err = a.pending(r, s); err != nil {
		return err
	}
	return a.Pages.Render(w, typed.status, p)
}

const maxName = 200 // characters

// rename takes any name a person may have, and none.
func (a *Area) rename(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	name := strings.TrimSpace(posted(r, "name"))
	if len(r.PostForm["name"]) != 1 { // an empty name is a name; none is a form of something else
		return &web.Error{Status: http.StatusBadRequest, Message: "The form has no name."}
	}
	if utf8.RuneCountInString(name) > maxName || !printable(name) {
		return a.showProfile(w, r, s, profileForm{
			status: http.StatusBadRequest, name: strings.ToValidUTF8(name[:min(len(name), 4*maxName)], ""),
			nameError: "A name has at most 200 characters that can be seen.",
		})
	}
	if err := a.Store.RenameUser(r.Context(), s.UserID, name, a.now()); err != nil {
		return err
	}
	if err := a.did(r, s, audit.Event{Type: audit.ProfileChanged}); err != nil {
		return err
	}
	return a.done(w, "profile", "renamed")
}

// printable refuses what could break a line or turn the text around it: control characters and
// formats, but for the joiners that some scripts write with.
func printable(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsFunc(name, func(c rune) bool {
		joiner := c == '\u200c' || c == '\u200d'
		return unicode.IsControl(c) || (unicode.Is(unicode.Cf, c) && !joiner) || c == '\u2028' || c == '\u2029'
	})
}
