// Package consent asks people whether an app may have what it asks for.
//
//	GET  /consent?request=HANDLE  page.go: shows app, where the answer goes, scopes
//	POST /consent                 page.go: decision=allow|deny, request=HANDLE
//
// trust.go says who answers for an app and how people are warned, links.go what it says of itself.
//
// What was allowed is remembered per user, client, redirect host, resource and scope, and only
// added to.
package consent

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Store remembers what was allowed.
type Store interface {
	// Consented returns the scopes the user allowed; none is not an error.
	Consented(ctx context.Context, userID, clientID, redirectHost, resource string) ([]string, error)
	// AddConsent adds to what was allowed before and never takes away.
	AddConsent(ctx context.Context, c storage.Consent) error
	// ForgetConsent makes this user be asked again for the client.
	ForgetConsent(ctx context.Context, userID, clientID string) error
	// ClientLogoName returns what the client's logo is served as, or storage.ErrNotFound.
	ClientLogoName(ctx context.Context, clientID string) (string, error)
}

// Clients knows what has become of clients.
type Clients interface {
	// Keep writes down a client that is known by nothing but its document, so that it can be allowed
	// something.
	Keep(ctx context.Context, shown storage.Client) error
	// Changed reports whether people who saw the client as it was would not know it as it is now.
	Changed(ctx context.Context, was storage.Client) (bool, error)
}

// Pages shows pages.
type Pages interface {
	Render(w http.ResponseWriter, status int, p templates.Page) error
}

// Recorder remembers decisions.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
}

// Details describes authorization details (RFC 9396) to a person, in a language.
type Details interface {
	Describe(asked json.RawMessage, language string) []templates.Detail
}

// Asker asks for consent.
type Asker struct {
	Site     web.Site
	Store    Store
	Sessions *session.Sessions
	Requests *interaction.Store
	Pages    Pages
	Audit    Recorder
	Details  Details     // nil: nothing is asked for in details
	Clock    clock.Clock // nil: the system's

	Clients        Clients                  // nil: none ever changes
	SelfRegistered string                   // begins the id of every client that registered itself
	KnownHosts     []string                 // the operator knows clients of these hosts, and below them
	LogoURL        func(name string) string // where a logo is; nil: none are shown

	// Connected notifies the person that software which registered itself can use their account from now
	// on; nil: it does not.
	Connected func(ctx context.Context, s *session.Session, app string, scopes []string)
}

// Mount registers the consent page on mux, which is at the site's path.
func (a *Asker) Mount(mux *web.Mux) {
	mux.Page("GET /consent", a.page)
	mux.Page("POST /consent", a.answer)
}

// Refusal is what a client gets instead of the consent page under prompt=none (OpenID Connect Core
// section 3.1.2.6).
func (a *Asker) Refusal() string { return "consent_required" }

// Next returns the consent page when q needs an answer of the person signed in, and "" otherwise.
// An answer of Denied is an answer: what follows from it is the caller's to say. The path includes
// that of the site.
func (a *Asker) Next(ctx context.Context, q *interaction.Request, s *session.Session) (string, error) {
	if s == nil {
		return a.url(q), nil
	}
	if answered(q, s.UserID) {
		return "", nil
	}
	covered, err := a.covered(ctx, q, s.UserID)
	if err != nil || covered {
		return "", err
	}
	return a.url(q), nil
}

// answered reports whether there is an answer that counts: it does for the person who gave it, not for the next who signs in.
func answered(q *interaction.Request, userID string) bool {
	return q.Decision != "" && q.DecidedBy == userID
}

// covered reports whether the question is settled: the app is the organization's own, or everything
// was allowed before. Authorization details never were. An app that runs on the user's device is always
// asked for, since any other program could be asking in its name (RFC 8252 section 8.6).
func (a *Asker) covered(ctx context.Context, q *interaction.Request, userID string) (bool, error) {
	if q.HasPrompt("consent") || len(q.Details) > 0 { // what is in details is allowed once, for any app
		return false, nil
	}
	if q.FirstParty {
		return true, nil
	}
	if k, _ := redirectOf(q.RedirectURI); k != claimed {
		return false, nil
	}
	before, err := a.before(ctx, q, userID)
	if err != nil || len(before) == 0 {
		return false, err
	}
	for _, what := range q.Allow() {
		if !within(before, what) {
			return false, nil
		}
	}
	return true, nil
}

// before returns the scopes allowed earlier, for this redirect host and these resources only.
func (a *Asker) before(ctx context.Context, q *interaction.Request, userID string) ([]string, error) {
	_, host := redirectOf(q.RedirectURI)
	scopes, err := a.Store.Consented(ctx, userID, q.ClientID, host, resourceKey(q))
	if err != nil {
		return nil, fmt.Errorf("earlier consent: %w", err)
	}
	return scopes, nil
}

func (a *Asker) url(q *interaction.Request) string {
	return a.Site.Path("/consent?request=" + url.QueryEscape(q.Handle))
}
