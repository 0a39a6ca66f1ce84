package login

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Users finds people and what they enrolled.
type Users interface {
	// UserByEmail returns the user with this address, disabled or not, or storage.ErrNotFound.
	UserByEmail(ctx context.Context, email string) (storage.User, error)
	// User returns the user, disabled or not, or storage.ErrNotFound.
	User(ctx context.Context, id string) (storage.User, error)
	Factors(ctx context.Context, userID string) (storage.Factors, error)
}

// Failures counts tries durably.
type Failures interface {
	// CountFailure counts one more and returns 0 when it is within limit, else how long to wait; of any
	// number of parallel callers on all nodes no more than limit are within it, per window.
	CountFailure(ctx context.Context, key string, limit int, window time.Duration, now time.Time) (wait time.Duration, err error)
	ForgetFailures(ctx context.Context, key string) error
}

// Pages shows pages.
type Pages interface {
	Render(w http.ResponseWriter, status int, p templates.Page) error
}

// Recorder remembers decisions.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
	RecordLater(ctx context.Context, e audit.Event)
}

// Flow signs people in by any of its methods.
type Flow struct {
	Base     string   // path of the issuer, "" for a bare host
	Methods  []Method // in order of preference; a method that is off is not among them
	Policy   Policy
	Users    Users
	Failures Failures // of second factors
	Sessions *session.Sessions
	Requests *interaction.Store
	Pages    Pages
	Audit    Recorder
	Now      func() time.Time // nil: the system's clock

	// Offer is the page that offers a passkey to somebody who just signed in by mail; "" for none.
	// It is given request=HANDLE when there is one, and leads on to Landing of that.
	Offer string
	// Others is the page that asks whether everything else is to be signed out, after a first passkey
	// and after recovery by the operator; "" for none. It is given request=HANDLE as well, and leads on
	// to Landing of that.
	Others string
	// Enrol is where somebody is sent whose deployment requires a second factor and who has none,
	// with request=HANDLE as well; "": the account page.
	Enrol string

	// Notices tells people of sign-ins with a browser that Devices does not know; nil: nobody is
	// told. SessionsLink, in that mail, is the absolute address of their sessions.
	Notices      Notices
	Devices      Devices
	SessionsLink string
}

// Mount registers the sign-in pages and those of every method.
func (f *Flow) Mount(mux *web.Mux) {
	mux.Page("GET "+f.Base+"/login", f.page)
	mux.Page("GET "+f.Base+"/login/second", f.second)
	mux.Page("POST "+f.Base+"/login/continue", f.carryOn)
	for _, m := range f.Methods {
		m.Mount(mux, f)
	}
}

// Next returns the page that is due before the request can be answered: to sign in, to prove more,
// or to enrol what the deployment requires; "" when nothing is. The path includes Base.
func (f *Flow) Next(ctx context.Context, q *interaction.Request, s *session.Session) (string, error) {
	if s == nil || q.Fresh(s.UserID, s.AuthTime, f.now()) {
		return f.SignInURL(q.Handle), nil
	}
	have := LevelOf(s.ACR)
	if have == LevelPHR || !f.Policy.SecondFactorRequired && wanted(q.ACRValues, LevelPHR) <= have {
		return "", nil // whatever is enrolled
	}
	enrolled, err := f.enrolled(ctx, s.UserID)
	if err != nil {
		return "", err
	}
	d := demand{level: f.Policy.signedIn(q.ACRValues, enrolled, f.best(enrolled))}
	switch {
	case have < d.level:
		return f.ask(q.Handle, d, kindsOf(have), enrolled), nil
	case f.Policy.SecondFactorRequired && !enrolled.Any() && q.Return == "":
		return f.enrolURL(q.Handle), nil
	}
	return "", nil
}

// ask is the page where what is missing can be proven.
func (f *Flow) ask(handle string, d demand, kinds []Kind, e storage.Factors) string {
	if helps(d, kinds, e) {
		return f.SecondURL(handle)
	}
	return f.SignInURL(handle)
}

// Refusal is what a client gets instead of the sign-in page under prompt=none (OpenID Connect Core
// section 3.1.2.6).
func (f *Flow) Refusal() string { return "login_required" }

// SignInURL is the sign-in page for a request, or without one when handle is empty.
func (f *Flow) SignInURL(handle string) string { return withRequest(f.Base+"/login", handle) }

// SecondURL is the page that asks for what is missing.
func (f *Flow) SecondURL(handle string) string { return withRequest(f.Base+"/login/second", handle) }

// Landing is where somebody goes on who is signed in: back to the request, or to the account.
func (f *Flow) Landing(q *interaction.Request) string {
	if q == nil {
		return f.Base + "/account"
	}
	return f.Base + q.Resume()
}

// Review is where a person goes on who may not be alone in the account: to Others, and from there to
// Landing.
func (f *Flow) Review(q *interaction.Request) string {
	if f.Others == "" {
		return f.Landing(q)
	}
	return withRequest(f.Others, handleOf(q))
}

func (f *Flow) enrolURL(handle string) string {
	if f.Enrol == "" {
		return f.Base + "/account"
	}
	return withRequest(f.Enrol, handle)
}

func withRequest(page, handle string) string {
	if handle == "" {
		return page
	}
	return page + "?request=" + url.QueryEscape(handle)
}

// Request returns the pending request this browser means by handle; nil without one. Answer an error
// with NoRequest.
func (f *Flow) Request(r *http.Request, handle string) (*interaction.Request, error) {
	if handle == "" {
		return nil, nil
	}
	return f.Requests.Open(r, handle)
}

func (f *Flow) now() time.Time {
	if f.Now == nil {
		return time.Now()
	}
	return f.Now()
}
