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
	q, err := f.Request(r, handle)
	if err != nil {
		return f.NoRequest(w, r, err)
	}
	s, err := f.Sessions.Current(r)
	if err != nil {
		return err
	}
	if s != nil && !f.wanted(r, q, s) {
		return web.Redirect(w, f.after(q))
	}
	if switching(r) {
		s = nil
	}
	return f.show(w, r, http.StatusOK, q, s, Attempt{Handle: handle, Email: hint(q, s)})
}

// switching: the person comes to use another account than the one signed in.
func switching(r *http.Request) bool { return r.URL.Query().Has("switch") }

// wanted tells whether somebody signed in is to sign in once more: the request says so, or they
// come to use another account.
func (f *Flow) wanted(r *http.Request, q *interaction.Request, s *session.Session) bool {
	if q == nil {
		return false
	}
	return switching(r) || q.Fresh(s.UserID, s.AuthTime, f.now())
}

// Again shows the sign-in page once more, with what is wrong in the method's form.
func (f *Flow) Again(w http.ResponseWriter, r *http.Request, status int, a Attempt) error {
	q, err := f.Request(r, a.Handle)
	if err != nil {
		return f.NoRequest(w, r, err)
	}
	s, err := f.Sessions.Current(r)
	if err != nil {
		return err
	}
	return f.show(w, r, status, q, s, a)
}

func (f *Flow) show(w http.ResponseWriter, r *http.Request, status int, q *interaction.Request, s *session.Session, a Attempt) error {
	p := templates.SignIn{Handle: a.Handle}
	a.Base = f.Base
	for _, m := range f.Methods {
		offer, err := m.Offered(r.Context(), a)
		if err != nil {
			return err
		}
		if offer != nil {
			p.Offers = append(p.Offers, offer)
		}
	}
	if q != nil {
		p.App = q.ClientName
	}
	if q != nil && s != nil {
		p.Why, p.Account, p.Resume = f.again(q, s)
	}
	return f.Pages.Render(w, status, p)
}

// again says to somebody signed in why they are asked once more, and where to POST to go on as the
// one they are, if choosing that is all that is missing.
func (f *Flow) again(q *interaction.Request, s *session.Session) (why, account, resume string) {
	app := cmp.Or(q.ClientName, "The app")
	if q.HintSubject != "" && q.HintSubject != s.UserID {
		return app + " asks for another account than the one signed in.", "", ""
	}
	chosen := *q
	chosen.ChosenUser = s.UserID
	if q.HasPrompt("select_account") && !chosen.Fresh(s.UserID, s.AuthTime, f.now()) {
		return "", s.User.Email, f.Base + "/login/continue"
	}
	return app + " asks you to confirm it is you.", s.User.Email, ""
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
	return web.Redirect(w, f.after(q))
}
