package login

import (
	"context"
	"errors"
	"fmt"
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

// Users finds people.
type Users interface {
	// UserByEmail returns the user with this address, disabled or not, or storage.ErrNotFound.
	UserByEmail(ctx context.Context, email string) (storage.User, error)
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
	Base     string // path of the issuer, "" for a bare host
	Methods  []Method
	Policy   Policy
	Users    Users
	Sessions *session.Sessions
	Requests *interaction.Store
	Pages    Pages
	Audit    Recorder
	Now      func() time.Time // nil: the system's clock
}

// Mount registers the sign-in pages and those of every method.
func (f *Flow) Mount(mux *web.Mux) {
	mux.Page("GET "+f.Base+"/login", f.page)
	mux.Page("POST "+f.Base+"/login/continue", f.carryOn)
	mux.Page("GET "+f.Base+"/account", f.home)
	for _, m := range f.Methods {
		m.Mount(mux, f)
	}
}

// Next returns the sign-in page when nobody is signed in or the request wants a fresh sign-in, and
// "" otherwise. The path includes Base.
func (f *Flow) Next(_ context.Context, q *interaction.Request, s *session.Session) (string, error) {
	if s != nil && !q.Fresh(s.UserID, s.AuthTime, f.now()) {
		return "", nil
	}
	return f.SignInURL(q.Handle), nil
}

// Refusal is what a client gets instead of the sign-in page under prompt=none (OpenID Connect Core
// section 3.1.2.6).
func (f *Flow) Refusal() string { return "login_required" }

// SignInURL is the sign-in page for a request, or without one when handle is empty.
func (f *Flow) SignInURL(handle string) string {
	if handle == "" {
		return f.Base + "/login"
	}
	return f.Base + "/login?request=" + url.QueryEscape(handle)
}

// Request returns the pending request this browser means by handle; nil without one. Answer an error
// with NoRequest.
func (f *Flow) Request(r *http.Request, handle string) (*interaction.Request, error) {
	if handle == "" {
		return nil, nil
	}
	return f.Requests.Open(r, handle)
}

// Complete signs in whoever p proves, and returns to the pending request, or to /account when
// handle is empty. When the request is gone nothing is spent.
func (f *Flow) Complete(w http.ResponseWriter, r *http.Request, handle string, p Proof) error {
	q, err := f.Request(r, handle)
	if err != nil {
		return f.NoRequest(w, r, err)
	}
	in, err := f.signIn(r, p)
	if err != nil {
		return f.refuse(w, r, q, p, err)
	}
	s, err := f.Sessions.Start(w, r, in)
	if err != nil {
		return f.refuse(w, r, q, p, err)
	}
	f.Audit.RecordLater(r.Context(), f.event(q, p, audit.Event{
		Outcome: audit.Success, UserID: s.UserID, Target: s.ID,
	}))
	return web.Redirect(w, f.after(q))
}

func (f *Flow) signIn(r *http.Request, p Proof) (storage.SignIn, error) {
	acr, err := f.Policy.ACR(p)
	if err != nil {
		return storage.SignIn{}, err
	}
	userID, err := f.who(r.Context(), p)
	if err != nil {
		return storage.SignIn{}, err
	}
	return storage.SignIn{
		Spend: p.Spend, UserID: userID, NewUser: p.NewUser, Verified: p.VerifiedEmail,
		Session: storage.Session{
			AuthTime: f.now(), ACR: acr, AMR: p.AMR,
			UserAgent: BrowserName(r.UserAgent()), Network: web.Network(web.ClientIP(r.Context())),
		},
	}, nil
}

// who looks an address up only now: of an address that has moved on since, a proof is worth nothing.
func (f *Flow) who(ctx context.Context, p Proof) (string, error) {
	if p.Email == "" {
		return p.UserID, nil
	}
	user, err := f.Users.UserByEmail(ctx, p.Email)
	if err != nil {
		return "", fmt.Errorf("find who signs in: %w", err)
	}
	return user.ID, nil
}

// refuse answers a proof that was right and still signs nobody in. Missing and disabled accounts
// look the same.
func (f *Flow) refuse(w http.ResponseWriter, r *http.Request, q *interaction.Request, p Proof, err error) error {
	end, reason := Dead(), "spent"
	switch {
	case errors.Is(err, storage.ErrNotFound):
		end, reason = cannotSignIn(), "no_account"
	case !errors.Is(err, storage.ErrSpent):
		return err
	}
	if err := f.Audit.Record(r.Context(), f.event(q, p, audit.Event{Outcome: audit.Refused, Reason: reason})); err != nil {
		return err
	}
	return f.DeadEnd(w, r, end, handleOf(q))
}

func handleOf(q *interaction.Request) string {
	if q == nil {
		return ""
	}
	return q.Handle
}

func (f *Flow) event(q *interaction.Request, p Proof, e audit.Event) audit.Event {
	e.Type, e.Method = audit.SignIn, p.Method
	if q != nil {
		e.ClientID = q.ClientID
	}
	return e
}

func (f *Flow) after(q *interaction.Request) string {
	if q == nil {
		return f.Base + "/account"
	}
	return f.Base + q.Resume()
}

func (f *Flow) now() time.Time {
	if f.Now == nil {
		return time.Now()
	}
	return f.Now()
}
