package login

import (
	"cmp"
	"net/http"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// page shows the sign-in page. Whoever has nothing to do here, because of a refresh, the back
// button or another tab, goes on instead.
func (f *Flow) page(w http.ResponseWriter, r *http.Request) error {
	handle := r.URL.Query().Get("request")
	at, err := f.stand(r, handle)
	if err != nil {
		return f.NoRequest(w, r, err)
	}
	if r.URL.Query().Has("switch") && (at.request != nil || at.session == nil) {
		return f.beginAgain(w, r, at)
	}
	page, err := f.due(r.Context(), at)
	if err != nil {
		return err
	}
	if page != f.SignInURL(handle) {
		return web.Redirect(w, page)
	}
	return f.show(w, r, http.StatusOK, at, Attempt{Handle: handle, Email: hint(at.request, at.session)})
}

// beginAgain shows the sign-in page to somebody who comes to use another account than the one signed
// in or half signed in, or another way. Only to confirm an account to our own pages nobody else will
// do.
func (f *Flow) beginAgain(w http.ResponseWriter, r *http.Request, at standing) error {
	if err := f.forget(r.Context(), r, at.handle); err != nil {
		return err
	}
	at.pending = pending{}
	q := at.request
	if q == nil || q.Return != "" {
		return f.show(w, r, http.StatusOK, at, Attempt{Handle: at.handle, Email: hint(q, at.session)})
	}
	if !q.Switching {
		q.Switching = true
		if err := f.Requests.Update(r.Context(), q); err != nil {
			return f.NoRequest(w, r, err)
		}
	}
	at.session = nil
	return f.show(w, r, http.StatusOK, at, Attempt{Handle: at.handle, Email: hint(q, nil)})
}

// Again shows the page the person came from once more, with what is wrong in the method's form.
func (f *Flow) Again(w http.ResponseWriter, r *http.Request, status int, a Attempt) error {
	at, err := f.stand(r, a.Handle)
	if err != nil {
		return f.NoRequest(w, r, err)
	}
	if f.isSecond(a.Method) {
		page, err := f.due(r.Context(), at)
		if err != nil {
			return err
		}
		if page == f.SecondURL(a.Handle) {
			return f.showSecond(w, r, status, at, a)
		}
	}
	return f.show(w, r, status, at, a)
}

func (f *Flow) isSecond(method string) bool {
	for _, m := range f.Methods {
		if _, ok := m.(Second); ok && m.Name() == method {
			return true
		}
	}
	return false
}

func (f *Flow) show(w http.ResponseWriter, r *http.Request, status int, at standing, a Attempt) error {
	p := templates.SignIn{Handle: a.Handle, Signals: a.Signals}
	a.Base, a.Browser = f.Base, f.Requests.Browser.Ensure(w, r)
	for _, m := range f.Methods {
		offer, err := m.Offered(r.Context(), a)
		if err != nil {
			return err
		}
		if offer != nil {
			p.Offers = append(p.Offers, offer)
		}
	}
	if at.pending.ID != "" {
		p.Notice = moreNeeded(at.request)
	}
	if q := at.request; q != nil {
		p.App = q.ClientName
		if at.session != nil {
			p.Why, p.Account, p.Resume = f.again(q, at.session)
		}
	}
	return f.Pages.Render(w, status, p)
}

// again says to somebody signed in why they are asked once more, and where to POST to go on as the
// one they are, if choosing that is all that is missing.
func (f *Flow) again(q *interaction.Request, s *session.Session) (why, account, resume string) {
	if q.HintSubject != "" && q.HintSubject != s.UserID {
		return cmp.Or(q.ClientName, "The app") + " wants a different account from the one you’re using.", "", ""
	}
	chosen := *q
	chosen.ChosenUser = s.UserID
	if q.HasPrompt("select_account") && !chosen.Fresh(s.UserID, s.AuthTime, f.now()) {
		return "", s.User.Email, f.Base + "/login/continue"
	}
	return confirmReason(q), s.User.Email, ""
}

// moreNeeded says that what was proven is not enough.
func moreNeeded(q *interaction.Request) string {
	app := "The app"
	if q != nil {
		app = cmp.Or(q.ClientName, app)
	}
	return app + " wants a stronger sign-in. Use another way."
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

// carryOn notes that the person goes on as the one signed in (prompt=select_account).
func (f *Flow) carryOn(w http.ResponseWriter, r *http.Request) error {
	q, err := f.Requests.Open(r, Posted(r, "request"))
	if err != nil {
		return f.NoRequest(w, r, err)
	}
	s, err := f.Sessions.Current(r)
	if err != nil {
		return err
	}
	if s != nil {
		q.ChosenUser = s.UserID
		if err := f.Requests.Update(r.Context(), q); err != nil {
			return f.NoRequest(w, r, err)
		}
	}
	return web.Redirect(w, f.Landing(q))
}
