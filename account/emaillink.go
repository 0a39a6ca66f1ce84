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

// byToken finds the change of the link in the request's path, and the user who is signed in, if any.
func (a *emailPage) byToken(r *http.Request) (emailChange, *session.Session, error) {
	token := r.PathValue("token")
	if len(token) != emailTokenLength {
		return emailChange{}, nil, storage.ErrNotFound
	}
	c, err := a.changes.find(r.Context(), mail.ChallengeID(token))
	if err != nil {
		return c, nil, err
	}
	s, err := a.sessions.Current(r)
	return c, s, err
}

// showLink shows what the mailed link can do, in whatever browser. Scanners open links, so opening
// changes nothing.
func (a *emailPage) showLink(w http.ResponseWriter, r *http.Request) error {
	c, s, err := a.byToken(r)
	if err != nil {
		return a.deadLink(err)
	}
	action := a.Path("/account/email/link/" + r.PathValue("token"))
	p := templates.ConfirmEmail{New: c.New, Second: c.Which == second, Action: action, Cancel: action + "/not-me"}
	if c.of(s) { // other readers of the new address' mail do not learn the old one
		p.Old = c.Old
	}
	return a.pages.Render(w, http.StatusOK, p)
}

// useLink changes the address where its owner is signed in and nowhere else: users cannot be
// talked into giving their own address to another account by a click.
func (a *emailPage) useLink(w http.ResponseWriter, r *http.Request) error {
	c, s, err := a.byToken(r)
	if err != nil {
		return a.deadLink(err)
	}
	if c.of(s) {
		return a.use(w, r, s, c)
	}
	return &web.Error{
		Status: http.StatusForbidden, Code: "email_other_browser", Title: "Enter the code where you requested it",
		Message: "You’re not signed in to that account in this browser. Use the code from the same email where you started.",
		WayText: "Go to your profile", WayURL: a.Path(pathTo("profile")),
	}
}

// refuseLink is for who did not ask: it makes link and code worthless.
func (a *emailPage) refuseLink(w http.ResponseWriter, r *http.Request) error {
	c, _, err := a.byToken(r)
	if err != nil {
		return a.deadLink(err)
	}
	if err := a.changes.void(r.Context(), c.UserID); err != nil {
		return err
	}
	return a.pages.Render(w, http.StatusOK, templates.Done{
		Title:   "Nothing was changed",
		Message: "The link and code no longer work. There’s nothing else you need to do.",
	})
}

// deadLink returns the page of a dead link for a missing change, and any other error as it is.
func (a *emailPage) deadLink(err error) error {
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return &web.Error{
		Status: http.StatusGone, Code: "link_dead", Title: "This link or code no longer works",
		Message: "It was already used, has expired, or was replaced by a newer one.",
		WayText: "Go to your profile", WayURL: a.Path(pathTo("profile")),
	}
}
