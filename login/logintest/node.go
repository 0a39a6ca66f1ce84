// Package logintest runs the sign-in and consent pages on a throwaway server, for tests only. What
// the provider does with a pending request is reduced to the loop that asks each interaction what
// is due.
package logintest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Interaction is what the provider asks of sign-in and consent.
type Interaction interface {
	Next(ctx context.Context, q *interaction.Request, s *session.Session) (string, error)
	Refusal() string
}

// Setup is what nodes of one deployment share.
type Setup struct {
	DB        *durable.DB
	Sessions  session.Store // nil: DB
	Ephemeral storage.Ephemeral
	Base      string // the path of the issuer
	Secure    bool
	Bind      session.Binding
	Proxies   []netip.Prefix
	Now       func() time.Time
	Flow      login.Options // what the flow has besides
	Bare      bool          // the sign-in pages are there, and nothing else
}

// Issuer is the host of every deployment, as mailed links have it.
const Issuer = "https://id.example"

// Node is one server of a deployment.
type Node struct {
	URL      string
	Flow     *login.Flow
	Sessions *session.Sessions
	Requests *interaction.Store
	Pages    *templates.Pages
	Audit    *audit.Recorder
	// Steps are walked in order by /authorize/{handle}; tests add the consent asker.
	Steps []Interaction
	// Parks is the authorization request that GET /authorize parks.
	Parks interaction.Request

	bare    bool
	proxies []netip.Prefix
	now     func() time.Time // nil: the system's clock
}

// New starts a node. More may mount further pages before it serves.
func New(t *testing.T, s Setup, methods []login.Method, more ...func(*web.Mux, *Node)) *Node {
	t.Helper()
	pages, err := templates.New(templates.Brand{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Sessions == nil {
		s.Sessions = s.DB
	}
	n := &Node{
		Requests: &interaction.Store{Ephemeral: s.Ephemeral, Browser: web.Browser{Cookies: web.Cookies{Secure: s.Secure}}},
		Pages:    pages,
		Audit:    audit.NewRecorder(s.DB, audit.Options{Describe: describe, Network: Apart}),
		bare:     s.Bare, proxies: s.Proxies, now: s.Now,
		Parks: interaction.Request{ClientID: "c_app", ClientName: "Example App", RedirectURI: "https://app.example/cb"},
	}
	n.Sessions = session.New(s.Sessions, session.Options{
		Cookies: web.Cookies{Secure: s.Secure}, Now: s.Now, Bind: s.Bind, Browser: login.BrowserName,
		Stolen: n.note(audit.SessionMismatch, audit.Refused), Moved: n.note(audit.SessionMoved, audit.Success),
	})
	n.Flow = login.New(n.options(s, methods))
	n.Steps = []Interaction{n.Flow}
	n.Serve(t, more...)
	return n
}

func (n *Node) options(s Setup, methods []login.Method) login.Options {
	o := s.Flow
	o.Site, o.Methods, o.Now = web.Site{Issuer: Issuer + s.Base, Base: s.Base}, methods, s.Now
	o.Users, o.Failures, o.Sessions, o.Requests, o.Pages, o.Audit = s.DB, s.DB, n.Sessions, n.Requests, n.Pages, n.Audit
	return o
}

func describe(ctx context.Context, e *audit.Event) {
	if ip := web.ClientIP(ctx); ip.IsValid() {
		e.IP = ip.String()
	}
}

// Apart names a network for each request, so that each refusal is a row and not only counted.
func Apart(context.Context) string { return rand.Text() }

func (n *Node) note(event, outcome string) func(context.Context, *session.Session) {
	return func(ctx context.Context, s *session.Session) {
		n.Audit.RecordLater(ctx, audit.Event{Type: event, Outcome: outcome, UserID: s.UserID, Target: s.ID})
	}
}

// Serve serves the node at a new URL, with more pages.
func (n *Node) Serve(t *testing.T, more ...func(*web.Mux, *Node)) {
	t.Helper()
	mux := web.NewMux(web.MuxOptions{Proxies: n.proxies, ErrorPage: n.errorPage}).Under(n.Flow.Site.Base)
	n.Flow.Mount(mux)
	if !n.bare {
		n.mountRest(mux)
	}
	for _, mount := range more {
		mount(mux, n)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	n.URL = server.URL
}

// mountRest registers what replaces the account and the provider.
func (n *Node) mountRest(mux *web.Mux) {
	mux.Page("GET /account", n.account)
	mux.Page("GET /authorize", n.park)
	mux.Page("GET /authorize/{handle}", n.resume)
	mux.Page("GET /logout", n.Sessions.End)
}

// errorPage replaces that of the server.
func (n *Node) errorPage(w http.ResponseWriter, _ *http.Request, e *web.Error) {
	_ = n.Pages.Render(w, e.Status, templates.Error{
		Status: e.Status, Code: e.Code, Title: e.Title, Message: e.Message, WayText: e.WayText, WayURL: e.WayURL,
	})
}

// account replaces the account pages: it says who is signed in, and sends strangers to sign in.
func (n *Node) account(w http.ResponseWriter, r *http.Request) error {
	s, err := n.Sessions.Current(r)
	if err != nil {
		return err
	}
	if s == nil {
		return web.Redirect(w, n.Flow.SignInURL(""))
	}
	_, err = fmt.Fprintln(w, s.User.Email)
	return err
}

func (n *Node) park(w http.ResponseWriter, r *http.Request) error {
	q := n.Parks
	q.Handle, q.CreatedAt = storage.NewID(""), time.Now()
	if n.now != nil {
		q.CreatedAt = n.now()
	}
	if err := n.Requests.Park(w, r, &q); err != nil {
		return err
	}
	return web.Redirect(w, n.Flow.Landing(&q))
}

// resume answers "user DECISION" once nothing is due, where the provider would answer the client.
func (n *Node) resume(w http.ResponseWriter, r *http.Request) error {
	q, err := n.Flow.Request(r, r.PathValue("handle"))
	if err != nil {
		return err
	}
	s, err := n.Sessions.Current(r)
	if err != nil {
		return err
	}
	for _, step := range n.Steps {
		page, err := step.Next(r.Context(), q, s)
		if err != nil {
			return err
		}
		if page != "" {
			return web.Redirect(w, page)
		}
	}
	_, err = fmt.Fprintf(w, "%s %s", s.UserID, q.Decision)
	return err
}
