package account

import (
	"net/http"

	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// section is one page of the account: /account/NAME.
type section struct{ name, title string }

func sections() []section {
	return []section{
		{"", "Home"}, {"passkeys", "Passkeys"}, {"app", "Authenticator app"}, {"codes", "Recovery codes"},
		{"sessions", "Sessions"}, {"connections", "Apps and agents"}, {"activity", "Activity"},
		{"profile", "Profile"}, {"export", "Your data"}, {"delete", "Delete your account"},
	}
}

// has tells whether this deployment has the section.
func (a *Area) has(s section) bool {
	switch s.name {
	case "passkeys":
		return a.Passkeys != nil
	case "app":
		return a.App != nil
	case "codes":
		return a.Codes != nil
	}
	return true
}

// frame is what all pages share.
func (a *Area) frame(r *http.Request, s *session.Session) templates.Frame {
	f := templates.Frame{
		Account: s.User.Email, SignOutURL: a.Base + "/logout", Notice: notice(r.URL.Query().Get("done")),
	}
	here := a.pathOf(r)
	for _, s := range sections() {
		if a.has(s) {
			f.Sections = append(f.Sections, templates.Section{Title: s.title, URL: a.Base + pathTo(s.name), Current: pathTo(s.name) == here})
		}
	}
	return f
}

// guarded is the frame of a page that changes who can get in. It says beforehand what the handlers
// would refuse.
func (a *Area) guarded(r *http.Request, s *session.Session) (templates.Frame, error) {
	f := a.frame(r, s)
	strong, err := a.StepUp.Strong(r.Context(), s)
	if err == nil && !strong {
		f.ConfirmURL = a.confirmURL(a.pathOf(r))
	}
	return f, err
}

// done leads back to a page, which says what was done. Only names travel: nobody can put words of
// their own on our pages.
func (a *Area) done(w http.ResponseWriter, name, what string) error {
	return web.Redirect(w, a.Base+pathTo(name)+"?done="+what)
}

func notice(what string) string {
	switch what {
	case "passkey-added":
		return "The passkey was added."
	case "passkey-renamed":
		return "The passkey was renamed."
	case "passkey-removed":
		return "The passkey was removed, and every other browser signed out."
	case "app-added":
		return "The authenticator app is on."
	case "app-removed":
		return "The authenticator app was removed, and every other browser signed out."
	case "session-ended":
		return "That browser was signed out."
	case "others-ended":
		return "Every other browser was signed out."
	case "stopped":
		return "Its access has ended."
	case "renamed":
		return "Your profile was saved."
	case "code-sent":
		return "A code is on its way."
	case "email-changed":
		return "Your address was changed, and every other browser signed out."
	case "second-set":
		return "The second address is yours: it opens your account as well."
	case "second-removed":
		return "The second address was removed."
	case "email-cancelled":
		return "The address stays as it is."
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
