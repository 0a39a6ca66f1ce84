package account

import (
	"context"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// section is one page of the account: /account/NAME.
type section struct {
	name, icon   string
	title, group i18n.Text
}

func sections() []section {
	return []section{
		{"", "home", "Home", ""},
		{"passkeys", "key", "Passkeys", "Security"}, {"app", "phone", "Authenticator app", "Security"}, {"codes", "ticket", "Recovery codes", "Security"}, {"sessions", "screen", "Browsers", "Security"},
		{"connections", "apps", "Apps and agents", "Access"}, {"activity", "pulse", "Activity", "Access"},
		{"profile", "user", "Profile", "You"}, {"export", "down", "Your data", "You"}, {"delete", "bin", "Delete your account", "You"},
	}
}

// frame is what all pages share: who is there, the words to the user, and the look.
type frame struct {
	*gate
	*post
	passkeys  Passkeys // nil: none here
	withApp   bool     // authenticator apps can be used here
	withCodes bool     // recovery codes can
	keep      storage.Keep
	browser   web.Browser
	store     interface {
		// EndUserSessions ends all of the user's but exceptID.
		EndUserSessions(ctx context.Context, userID, exceptID string, at time.Time) error
	}
}

// has reports whether this deployment has the section.
func (a *frame) has(s section) bool {
	switch s.name {
	case "passkeys":
		return a.passkeys != nil
	case "app":
		return a.withApp
	case "codes":
		return a.withCodes
	}
	return true
}

// mailOff reports whether signing in by mail is off here.
func (a *frame) mailOff() bool { return a.keep == storage.KeepPasskey }

// head is the frame of a page.
func (a *frame) head(r *http.Request, s *session.Session) templates.Frame {
	f := templates.Frame{
		Account: s.User.Email, SignOutURL: a.Path("/logout"), Notice: notice(r.URL.Query().Get("done")),
	}
	here := a.pathOf(r)
	for _, s := range sections() {
		if a.has(s) {
			f.Sections = append(f.Sections, templates.Section{Icon: s.icon, Title: s.title, Group: s.group, URL: a.Path(pathTo(s.name)), Current: pathTo(s.name) == here})
		}
	}
	return f
}

// guarded is the frame of a page that changes who can get in. It says beforehand what the handlers
// would refuse.
func (a *frame) guarded(r *http.Request, s *session.Session) (templates.Frame, error) {
	f := a.head(r, s)
	strong, err := a.stepUp.Strong(r.Context(), s)
	if err == nil && !strong {
		f.ConfirmURL = a.confirmURL(a.pathOf(r))
	}
	return f, err
}

// done leads back to a page, which says what was done. Only names travel: a link cannot put words
// of its own on our pages.
func (a *frame) done(w http.ResponseWriter, name, what string) error {
	return web.Redirect(w, a.Path(pathTo(name))+"?done="+what)
}

func notice(what string) i18n.Text {
	switch what {
	case "passkey-added":
		return "Passkey added."
	case "passkey-renamed":
		return "Passkey renamed."
	case "passkey-removed":
		return "Passkey removed. All other browsers were signed out."
	case "app-added":
		return "Authenticator app turned on."
	case "app-removed":
		return "Authenticator app removed. All other browsers were signed out."
	case "session-ended":
		return "Browser signed out."
	case "others-ended":
		return "All other browsers were signed out."
	case "stopped":
		return "Access removed."
	case "renamed":
		return "Profile saved."
	case "code-sent":
		return "A code is on its way."
	case "email-changed":
		return "Your email address was changed. All other browsers were signed out."
	case "second-set":
		return "Backup email confirmed. You can sign in with it, too."
	case "second-removed":
		return "Backup email removed."
	case "email-cancelled":
		return "Change canceled. Your address stays the same."
	}
	return ""
}

// posted returns a field of the form, "" when it is missing or sent twice: two readers could take
// two different values for it.
func posted(r *http.Request, name string) string {
	if err := r.ParseForm(); err != nil || len(r.PostForm[name]) != 1 {
		return ""
	}
	return r.PostForm[name][0]
}
