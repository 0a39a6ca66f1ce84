package passkey

import (
	"net/http"
	"net/url"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// OfferPath is the page that offers a passkey, below the path of the issuer.
const OfferPath = "/login/offer"

// offer offers a passkey to a user who has just signed in. It is no must: a user who cannot add one
// now goes on.
func (p pages) offer(w http.ResponseWriter, r *http.Request) error {
	return p.invited(w, r, r.URL.Query().Get("request"), func(i invitation) error {
		if !i.strong {
			return web.Redirect(w, p.flow.Landing(i.request))
		}
		return p.showOffer(w, r, http.StatusOK, i, "")
	})
}

// invitation is to whom a passkey is offered, on the way to what.
type invitation struct {
	handle  string
	request *interaction.Request // nil: the account
	user    storage.User
	strong  bool // signed in so recently, and by so much, that a passkey may be added
	back    bool // the operator let them back in
}

// invited goes on with the user signed in; a browser that is not signed in does so first.
func (p pages) invited(w http.ResponseWriter, r *http.Request, handle string, on func(invitation) error) error {
	q, err := p.flow.Request(r, handle)
	if err != nil {
		return err
	}
	s, err := p.flow.Sessions.Current(r)
	if err != nil {
		return err
	}
	if s == nil {
		return web.Redirect(w, p.flow.SignInURL(handle))
	}
	strong, err := p.flow.Strong(r.Context(), s)
	if err != nil {
		return err
	}
	return on(invitation{handle, q, s.User, strong, s.Settling(p.now())})
}

func (p pages) showOffer(w http.ResponseWriter, r *http.Request, status int, i invitation, problem i18n.Text) error {
	options, err := p.Enrolment.Options(r.Context(), i.user, p.flow.Requests.Browser.Ensure(w, r))
	if err != nil {
		return err
	}
	page := templates.EnrolPasskey{
		Account: i.user.Email, Action: p.flow.Site.Path(OfferPath), Skip: p.flow.Site.Path(OfferPath + "/skip"),
		Handle: i.handle, OptionsJSON: options, Error: problem,
	}
	if i.request != nil {
		page.App = i.request.ClientName
	}
	return p.flow.Pages.Render(w, status, page)
}

// accept adds the passkey. A user who has thought about it for long confirms first that it is them.
func (p pages) accept(w http.ResponseWriter, r *http.Request) error {
	return p.invited(w, r, login.Posted(r, "request"), func(i invitation) error {
		if !i.strong {
			return p.confirm(w, r, i)
		}
		browser := p.flow.Requests.Browser.ID(r)
		_, err := p.Enrolment.Enrol(r, i.user, browser, login.Posted(r, "credential"), "")
		if page, refused := Refusal(err); refused {
			return p.showOffer(w, r, page.Status, i, page.Message)
		}
		if err != nil {
			return err
		}
		return p.added(w, r, i)
	})
}

// added goes on, with the first factor by way of the recovery codes: they can never be shown again.
func (p pages) added(w http.ResponseWriter, r *http.Request, i invitation) error {
	all, err := p.Passkeys.Passkeys(r.Context(), i.user.ID)
	if err != nil {
		return err
	}
	next := p.onward(i, len(all) == 1)
	if p.Codes == nil {
		return web.Redirect(w, next)
	}
	codes, err := p.Codes.First(r, i.user)
	if err != nil {
		return err
	}
	if codes == nil {
		return web.Redirect(w, next)
	}
	return p.flow.Pages.Render(w, http.StatusOK, templates.RecoveryCodes{
		Frame: templates.Frame{Notice: "Passkey added."}, Codes: codes,
		Download: p.flow.Site.Path("/account/codes/download"), Done: next,
	})
}

func (p pages) confirm(w http.ResponseWriter, r *http.Request, i invitation) error {
	if err := p.Enrolment.record(r, i.user, audit.Event{Outcome: audit.Refused, Reason: "step_up"}); err != nil {
		return err
	}
	back := OfferPath
	if i.handle != "" {
		back += "?request=" + url.QueryEscape(i.handle)
	}
	return p.flow.StepUp(w, r, back)
}

// skip goes on.
func (p pages) skip(w http.ResponseWriter, r *http.Request) error {
	return p.invited(w, r, login.Posted(r, "request"), func(i invitation) error {
		return web.Redirect(w, p.onward(i, false))
	})
}

// onward is where the browser goes next, after a first passkey by way of the page of what else has
// access.
func (p pages) onward(i invitation, first bool) string {
	if first || i.back {
		return p.flow.Review(i.request)
	}
	return p.flow.Landing(i.request)
}
