package account

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// StepUp is the fresh and strong sign-in that sensitive changes take.
type StepUp interface {
	// Strong reports whether s was proven within the last five minutes by what is as strong as the
	// person can: mail alone is not, for a user who has more.
	Strong(ctx context.Context, s *session.Session) (bool, error)
	// StepUp sends the browser to sign in, again if need be, and from there to path, which is a page
	// of ours below the issuer's.
	StepUp(w http.ResponseWriter, r *http.Request, path string) error
}

// page is a page for a user who is signed in.
type page func(w http.ResponseWriter, r *http.Request, s *session.Session) error

// gate knows who is there, and asks for a sign-in where one is due.
type gate struct {
	web.Site
	sessions Sessions
	requests Requests
	stepUp   StepUp
	pages    Pages
	audit    Recorder
	clock    clock.Clock
}

func (a *gate) mount(mux *web.Mux) { mux.Page("GET /account/confirm", a.confirm) }

// known shows p to a user who is signed in. Others sign in first.
func (a *gate) known(p page) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		s, err := a.sessions.Current(r)
		if err != nil {
			return err
		}
		if s != nil {
			return p(w, r, s)
		}
		if r.Method == http.MethodPost { // what was posted is lost: nothing to come back to
			return web.Redirect(w, a.Path("/login"))
		}
		return a.signIn(w, r, a.pathOf(r))
	}
}

// signIn sends the browser to sign in, by whatever is enough for signing in, and from there to path.
func (a *gate) signIn(w http.ResponseWriter, r *http.Request, path string) error {
	q := &interaction.Request{Handle: storage.NewID(""), CreatedAt: a.clock.Now(), Return: path}
	if err := a.requests.Park(w, r, q); err != nil {
		return err
	}
	return web.Redirect(w, a.Path("/login?request="+url.QueryEscape(q.Handle)))
}

// sure does p for a user who has just shown, as strongly as they can, that it is them. event is
// what others are refused.
func (a *gate) sure(event string, p page) web.Handler {
	return a.known(func(w http.ResponseWriter, r *http.Request, s *session.Session) error {
		strong, err := a.stepUp.Strong(r.Context(), s)
		if err != nil {
			return err
		}
		if strong {
			return p(w, r, s)
		}
		err = a.audit.Record(r.Context(), audit.Event{Type: event, Outcome: audit.Refused, Reason: "step_up", UserID: s.UserID, Method: via})
		if err != nil {
			return err
		}
		return &web.Error{
			Status: http.StatusForbidden, Code: "step_up", Title: "Confirm it’s you",
			Message: "This needs a sign-in from the last 5 minutes with your strongest method. Nothing was changed.",
			WayText: "Confirm it’s you", WayURL: a.confirmURL(a.pathOf(r)),
		}
	})
}

// confirm sends the browser to a fresh sign-in, unless it has just been there.
func (a *gate) confirm(w http.ResponseWriter, r *http.Request) error {
	path := pathTo(r.URL.Query().Get("to"))
	s, err := a.sessions.Current(r)
	if err != nil {
		return err
	}
	if s != nil {
		strong, err := a.stepUp.Strong(r.Context(), s)
		if err != nil {
			return err
		}
		if strong {
			return web.Redirect(w, a.Path(path))
		}
	}
	return a.stepUp.StepUp(w, r, path)
}

func (a *gate) confirmURL(path string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(path, "/account"), "/")
	return a.Path("/account/confirm?to=" + url.QueryEscape(name))
}

// pathOf is the page of the account that a request, whatever it does there, belongs to.
func (a *gate) pathOf(r *http.Request) string {
	rest := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, a.Path("/account")), "/")
	name, _, _ := strings.Cut(rest, "/")
	switch name {
	case "email", "second":
		name = "profile"
	case "export.json":
		name = "export"
	}
	return pathTo(name)
}

// pathTo is the path of a page by its name, home for what is none: a query says nothing about where
// the browser goes but which of our own pages.
func pathTo(name string) string {
	known := slices.ContainsFunc(sections(), func(s section) bool { return s.name == name })
	if name == "" || !known {
		return "/account"
	}
	return "/account/" + name
}
