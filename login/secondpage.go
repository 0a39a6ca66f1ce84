package login

import (
	"cmp"
	"net/http"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// secondPage asks a user who is known for what is missing.
type secondPage struct {
	links    links
	attempts *attempts
	steps    *steps
	refusals *refusals
	offers   offers
	users    Users
	pages    Pages
}

// get shows the page. A browser that has nothing to do here, because of the back button, another tab, or
// because nothing was proven yet, goes where it has.
func (p *secondPage) get(w http.ResponseWriter, r *http.Request) error {
	handle := r.URL.Query().Get("request")
	at, err := p.attempts.open(r, handle)
	if err != nil {
		return err
	}
	due, err := p.steps.due(r.Context(), at)
	if err != nil {
		return err
	}
	if due != p.links.SecondURL(handle) {
		return web.Redirect(w, due)
	}
	return p.show(w, r, http.StatusOK, at, Attempt{Handle: handle})
}

func (p *secondPage) show(w http.ResponseWriter, r *http.Request, status int, at progress, a Attempt) error {
	user, err := p.users.User(r.Context(), at.known())
	if err != nil || !user.DisabledAt.IsZero() {
		return p.refusals.refuse(r, at, Proof{}, cmp.Or(err, error(storage.ErrNotFound)))
	}
	d, _, err := p.steps.missing(r.Context(), at)
	if err != nil {
		return err
	}
	a.Email = user.Email
	page := templates.SecondFactor{
		Account: cmp.Or(user.Email, user.Name), Why: stepUpReason(at), Signals: a.Signals, Other: p.links.beginAgainURL(a.Handle),
	}
	if at.request != nil {
		page.App = at.request.ClientName
	}
	if page.Offers, err = p.offers.second(r.Context(), p.offers.fill(w, r, a), user, d, at.kinds()); err != nil {
		return err
	}
	if len(page.Offers) == 0 { // it was removed just now
		return web.Redirect(w, p.links.beginAgainURL(a.Handle))
	}
	return p.pages.Render(w, status, page)
}
