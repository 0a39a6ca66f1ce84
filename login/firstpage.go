package login

import (
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// firstPage is the sign-in page.
type firstPage struct {
	links    links
	attempts *attempts
	steps    *steps
	offers   offers
	pages    Pages
	now      func() time.Time
}

// get shows the sign-in page. A browser that has nothing to do here, because of a refresh, the back
// button or another tab, goes on instead.
func (p *firstPage) get(w http.ResponseWriter, r *http.Request) error {
	handle := r.URL.Query().Get("request")
	at, err := p.attempts.open(r, handle)
	if err != nil {
		return err
	}
	if r.URL.Query().Has("switch") && (at.request != nil || at.session == nil) {
		return p.beginAgain(w, r, at)
	}
	due, err := p.steps.due(r.Context(), at)
	if err != nil {
		return err
	}
	if due != p.links.SignInURL(handle) {
		return web.Redirect(w, due)
	}
	return p.show(w, r, http.StatusOK, at, Attempt{Handle: handle, Email: hint(at.request, at.session)})
}

// beginAgain shows the sign-in page to use another account than the one signed in or half signed in,
// or another way. Only to confirm an account to our own pages no other account will do.
func (p *firstPage) beginAgain(w http.ResponseWriter, r *http.Request, at progress) error {
	if err := p.attempts.forget(r, at.handle); err != nil {
		return err
	}
	at.pending = pending{}
	q := at.request
	if q == nil || q.Return != "" {
		return p.show(w, r, http.StatusOK, at, Attempt{Handle: at.handle, Email: hint(q, at.session)})
	}
	if !q.Switching {
		q.Switching = true
		if err := p.attempts.update(r.Context(), q); err != nil {
			return err
		}
	}
	at.session = nil
	return p.show(w, r, http.StatusOK, at, Attempt{Handle: at.handle, Email: hint(q, nil)})
}

func (p *firstPage) show(w http.ResponseWriter, r *http.Request, status int, at progress, a Attempt) (err error) {
	page := templates.SignIn{Handle: a.Handle, Signals: a.Signals}
	if page.Offers, err = p.offers.first(r.Context(), p.offers.fill(w, r, a)); err != nil {
		return err
	}
	if at.pending.ID != "" {
		page.Notice = moreNeeded(at.request)
	}
	if q := at.request; q != nil {
		page.App = q.ClientName
		if at.session != nil {
			page.Why, page.Account, page.Resume = p.again(q, at.session)
		}
	}
	return p.pages.Render(w, status, page)
}

// again returns, for a browser that is signed in, why it is asked once more, and where to POST to go on as the
// same user, if choosing that is all that is missing.
func (p *firstPage) again(q *interaction.Request, s *session.Session) (why i18n.Text, account, resume string) {
	if q.HintSubject != "" && q.HintSubject != s.UserID {
		return otherWanted(q), "", ""
	}
	chosen := *q
	chosen.ChosenUser = s.UserID
	if q.HasPrompt("select_account") && !chosen.Fresh(s.UserID, s.AuthTime, p.now()) {
		return "", s.User.Email, p.links.site.Path("/login/continue")
	}
	return confirmReason(q), s.User.Email, ""
}

// hint is the address the form begins with.
func hint(q *interaction.Request, s *session.Session) string {
	switch {
	case q == nil:
		return ""
	case q.LoginHint != "":
		return q.LoginHint
	case s != nil && q.HintSubject == s.UserID:
		return s.User.Email
	case s != nil && q.HintSubject == "" && !q.HasPrompt("select_account"):
		return s.User.Email
	}
	return ""
}

// goOn notes that the browser goes on as the user signed in (prompt=select_account).
func (p *firstPage) goOn(w http.ResponseWriter, r *http.Request) error {
	q, err := p.attempts.required(r, Posted(r, "request"))
	if err != nil {
		return err
	}
	s, err := p.attempts.sessions.Current(r)
	if err != nil {
		return err
	}
	if s != nil {
		q.ChosenUser = s.UserID
		if err := p.attempts.update(r.Context(), q); err != nil {
			return err
		}
	}
	return web.Redirect(w, p.links.Landing(q))
}
