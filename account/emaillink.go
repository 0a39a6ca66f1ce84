package account

import (
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// byToken finds the change of the link in the request's path, and who is signed in, if anybody.
func (a *Area) byToken(r *http.Request) (emailChange, *session.Session, error) {
	token := r.PathValue("token")
	if len(token) != emailTokenLength {
		return emailChange{}, nil, storage.ErrNotFound
	}
	c, err := a.findChange(r.Context(), mail.ChallengeID(token))
	if err != nil {
		return c, nil, err
	}
	s, err := a.Sessions.Current(r)
	return c, s, err
}

// emailLink shows what the mailed link can do, in whatever browser. Scanners open links, so opening
// changes nothing.
func (a *Area) emailLink(w http.ResponseWriter, r *http.Request) error {
	c, s, err := a.byToken(r)
	if err != nil {
		return a.deadLink(w, r, err)
	}
	action := a.Base + "/account/email/link/" + r.PathValue("token")
	p := templates.ConfirmEmail{New: c.New, Second: c.Which == second, Action: action, Cancel: action + "/not-me"}
	if c.of(s) { // whoever else reads the new address' mail is not told the old one
		p.Old = c.Old
	}
	return a.Pages.Render(w, http.StatusOK, p)
}

// useEmailLink changes the address where its owner is signed in and nowhere else: nobody can be
// talked into giving their own address to somebody else's account by a click.
func (a *Area) useEmailLink(w http.ResponseWriter, r *http.Request) error {
	c, s, err := a.byToken(r)
	if err != nil {
		return a.deadLink(w, r, err)
	}
	if c.of(s) {
		return a.changeEmail(w, r, s, c)
	}
	return a.Pages.Render(w, http.StatusForbidden, templates.Error{
		Status: http.StatusForbidden, Code: "email_other_browser", Title: "Enter the code where you requested it",
		Message: "You’re not signed in to that account in this browser. Use the code from the same email where you started.",
		WayText: "Go to your profile", WayURL: a.Base + pathTo("profile"), TraceID: web.TraceID(r.Context()),
	})
}

// refuseEmailLink is for whoever did not ask: it makes link and code worthless.
func (a *Area) refuseEmailLink(w http.ResponseWriter, r *http.Request) error {
	c, _, err := a.byToken(r)
	if err != nil {
		return a.deadLink(w, r, err)
	}
	if err := a.voidChange(r.Context(), c.UserID); err != nil {
		return err
	}
	return a.Pages.Render(w, http.StatusOK, templates.Error{
		Status: http.StatusOK, Code: "link_voided", Title: "Nothing was changed",
		Message: "The link and code no longer work. There’s nothing else you need to do.", TraceID: web.TraceID(r.Context()),
	})
}

// deadLink answers a missing change with the page of dead links; any other error is returned.
func (a *Area) deadLink(w http.ResponseWriter, r *http.Request, err error) error {
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return a.Pages.Render(w, http.StatusGone, templates.Error{
		Status: http.StatusGone, Code: "link_dead", Title: "This link or code no longer works",
		Message: "It was already used, has expired, or was replaced by a newer one.",
		WayText: "Go to your profile", WayURL: a.Base + pathTo("profile"), TraceID: web.TraceID(r.Context()),
	})
}
