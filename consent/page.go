package consent

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// page shows what is asked for, and notes to whom. A user with nothing to answer goes on.
func (a *Asker) page(w http.ResponseWriter, r *http.Request) error {
	q, s, err := a.asked(r, r.URL.Query().Get("request"))
	if err != nil {
		return a.inactive(err)
	}
	if s == nil {
		return web.Redirect(w, a.Site.Path(q.Resume()))
	}
	due, err := a.Next(r.Context(), q, s)
	if err != nil {
		return err
	}
	if due == "" {
		return web.Redirect(w, a.Site.Path(q.Resume()))
	}
	return a.show(w, r, q, s)
}

// asked returns the request of this browser and the user who is signed in, if any.
func (a *Asker) asked(r *http.Request, handle string) (*interaction.Request, *session.Session, error) {
	q, err := a.Requests.Open(r, handle)
	if err == nil && q.Return != "" { // of our own pages: there is nothing to allow
		err = storage.ErrNotFound
	}
	if err != nil {
		return nil, nil, err
	}
	s, err := a.Sessions.Current(r)
	return q, s, err
}

func (a *Asker) show(w http.ResponseWriter, r *http.Request, q *interaction.Request, s *session.Session) error {
	before, err := a.before(r.Context(), q, s.UserID)
	if err != nil {
		return err
	}
	q.ShownTo = s.ID
	if err := a.Requests.Update(r.Context(), q); err != nil {
		return a.inactive(err)
	}
	k, host := redirectOf(q.RedirectURI)
	t := a.trustIn(q)
	logo, err := a.logo(r.Context(), q, t)
	if err != nil {
		return err
	}
	return a.Pages.Render(w, http.StatusOK, templates.Consent{
		Action: a.Site.Path("/consent"), Handle: q.Handle, Client: q.ClientName, ClientHost: headline(q, k, host, t),
		RedirectHost: host, Resources: q.Resources,
		Account:   cmp.Or(s.User.Email, s.User.Name),
		SwitchURL: a.Site.Path("/login?switch=1&request=" + url.QueryEscape(q.Handle)),
		Scopes:    describe(q.Allow(), before), Lasts: lasts(q), Warning: warning(k, t), Details: a.details(r, q),
		Unverified: t.unverified(), Vouched: vouched(k, t), Links: links(q), LogoURL: logo,
	})
}

func (a *Asker) details(r *http.Request, q *interaction.Request) []templates.Detail {
	if a.Details == nil {
		return nil
	}
	return a.Details.Describe(q.Details, web.Language(r.Context()))
}

// answer takes the decision of the very session that was shown the page.
func (a *Asker) answer(w http.ResponseWriter, r *http.Request) error {
	q, s, err := a.asked(r, posted(r, "request"))
	if err != nil {
		return a.inactive(err)
	}
	if s == nil || q.ShownTo != s.ID {
		return a.notShown(q)
	}
	if answered(q, s.UserID) { // a second click, or the other of two tabs
		return web.Redirect(w, a.Site.Path(q.Resume()))
	}
	switch posted(r, "decision") {
	case "allow":
		return a.allow(w, r, q, s)
	case "deny":
		return a.decide(w, r, q, s, interaction.Denied, audit.ConsentDenied)
	}
	return &web.Error{Status: http.StatusBadRequest, Message: "The answer must be allow or deny."}
}

// posted returns a field of the form, "" when it is missing or sent twice.
func posted(r *http.Request, field string) string {
	if err := r.ParseForm(); err != nil || len(r.PostForm[field]) != 1 {
		return ""
	}
	return r.PostForm[field][0]
}

func (a *Asker) allow(w http.ResponseWriter, r *http.Request, q *interaction.Request, s *session.Session) error {
	_, host := redirectOf(q.RedirectURI)
	before, err := a.before(r.Context(), q, s.UserID)
	if err == nil && q.Client != nil && a.Clients != nil {
		err = a.Clients.Keep(r.Context(), *q.Client)
	}
	if err != nil {
		return err
	}
	err = a.Store.AddConsent(r.Context(), storage.Consent{
		UserID: s.UserID, ClientID: q.ClientID, RedirectHost: host, Resource: resourceKey(q),
		Scopes: q.Allow(), GrantedAt: a.Clock.Now(),
	})
	if err == nil {
		err = a.unlessChanged(r.Context(), q, s)
	}
	if err != nil {
		return err
	}
	a.notify(r.Context(), q, s, before)
	return a.decide(w, r, q, s, interaction.Allowed, audit.ConsentGiven)
}

// notify is for what no operator registered or approved, when it can do what it could not before.
func (a *Asker) notify(ctx context.Context, q *interaction.Request, s *session.Session, before []string) {
	t := a.trustIn(q)
	more := slices.ContainsFunc(q.Allow(), func(what string) bool { return !within(before, what) })
	if a.Connected == nil || t >= operator || !more {
		return
	}
	k, host := redirectOf(q.RedirectURI)
	a.Connected(ctx, s, cmp.Or(headline(q, k, host, t), q.ClientName), q.Allow())
}

// unlessChanged forgets what was just remembered of a client that has become another one since the
// question was asked. The answer still counts for this request, which goes on with what was shown. It
// comes after remembering, as forgetting comes after each change too: the later of the two sees the other.
func (a *Asker) unlessChanged(ctx context.Context, q *interaction.Request, s *session.Session) error {
	if q.Client == nil || a.Clients == nil {
		return nil
	}
	changed, err := a.Clients.Changed(ctx, *q.Client)
	if err != nil || !changed {
		return err
	}
	return a.Store.ForgetConsent(ctx, s.UserID, q.ClientID)
}

// decide notes the answer in the request, where only this browser and this person can use it.
func (a *Asker) decide(w http.ResponseWriter, r *http.Request, q *interaction.Request, s *session.Session, decision, event string) error {
	q.Decision, q.DecidedBy = decision, s.UserID
	if err := a.Requests.Update(r.Context(), q); err != nil {
		return a.inactive(err)
	}
	outcome := audit.Success
	if decision == interaction.Denied {
		outcome = audit.Refused
	}
	err := a.Audit.Record(r.Context(), audit.Event{Type: event, Outcome: outcome, UserID: s.UserID, ClientID: q.ClientID})
	if err != nil {
		return err
	}
	return web.Redirect(w, a.Site.Path(q.Resume()))
}

// notShown answers a decision in a session that was not shown the question, such as after signing in as
// another person in another tab.
func (a *Asker) notShown(q *interaction.Request) error {
	return &web.Error{
		Status: http.StatusForbidden, Code: "not_shown", Title: "Please review this again",
		Message: "Your sign-in changed after we asked, so your answer wasn’t used.",
		WayText: "Continue", WayURL: a.Site.Path(q.Resume()),
	}
}

// inactive refuses a request that does not exist, or is another browser's; any other error is returned.
func (a *Asker) inactive(err error) error {
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return &web.Error{
		Status: http.StatusBadRequest, Code: "request_gone", Title: "This request is no longer active",
		Message: "It timed out, was already answered, or was opened in a different browser. " +
			"To continue, start again from the app.",
		WayText: "Go to your account", WayURL: a.Site.Path("/account"),
	}
}
