package account

import (
	"context"
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/users"
	"github.com/symbolon-id/symbolon/web"
)

// Store keeps what the pages show and change; each part is declared beside its page.
type Store interface {
	PasskeyStore
	AppStore
	CodeStore
	SessionStore
	ConnectionStore
	EmailStore
	users.ExportStore
	// Factors returns what the person has enrolled, in one query.
	Factors(ctx context.Context, userID string) (storage.Factors, error)
	// Events returns the newest f.Limit events that match, newest first.
	Events(ctx context.Context, f audit.Filter) ([]audit.Event, error)
}

// Sessions returns who is signed in in a browser.
type Sessions interface {
	// Current returns the session of this browser, nil when no user is signed in.
	Current(r *http.Request) (*session.Session, error)
	// End signs this browser out.
	End(w http.ResponseWriter, r *http.Request) error
}

// Requests keeps where a browser wants to go on after a sign-in.
type Requests interface {
	Park(w http.ResponseWriter, r *http.Request, q *interaction.Request) error
}

// Pages shows pages.
type Pages interface {
	Render(w http.ResponseWriter, status int, p templates.Page) error
}

// Letters writes the text of mails.
type Letters interface {
	Mail(m templates.Mail) (subject, text, html string, err error)
}

// Mailer queues mail; it must not wait for a mail server.
type Mailer interface {
	Send(ctx context.Context, m mail.Message) error
}

// Recorder remembers decisions.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
}

// Limiter slows floods down: its error is a page.
type Limiter interface {
	Allow(ctx context.Context, key string, l web.Limit) error
}

// Area is the account area of an issuer.
type Area struct {
	Site      web.Site
	Store     Store
	Users     *users.Service // changes what is kept of the user
	Ephemeral storage.Ephemeral
	Sessions  Sessions
	Requests  Requests
	StepUp    StepUp
	Passkeys  Passkeys // nil: passkeys cannot be used here
	App       App      // nil: authenticator apps cannot
	QR        func(text string) (templates.QR, error)
	Codes     Codes // nil: recovery codes cannot
	Keep      storage.Keep
	Browser   web.Browser
	Limiter   Limiter
	Mailer    Mailer
	Letters   Letters
	Pages     Pages
	Audit     Recorder
	Sentence  func(scope string) i18n.Text // what a scope allows, "" for one it does not know; nil: knows none
	DocsURL   string                       // of what the fields of an export mean; empty for none
	Clock     clock.Clock                  // nil: the system's
}

// Mount registers the pages on mux, which is at the site's path.
func (a *Area) Mount(mux *web.Mux) {
	f := a.frame()
	f.gate.mount(mux)
	connections := &connectionsPage{frame: f, store: a.Store, sentence: a.Sentence}
	others := &othersPage{frame: f, store: a.Store, connections: connections}
	changes := &emailChanges{ephemeral: a.Ephemeral, browser: a.Browser, clock: f.clock}
	profile := &profilePage{frame: f, users: a.Users, changes: changes}
	codes := &codesPage{frame: f, store: a.Store, codes: a.Codes}
	pages := []interface{ mount(mux *web.Mux) }{
		&homePage{frame: f, store: a.Store},
		&sessionsPage{frame: f, store: a.Store, others: others}, others, connections,
		&activityPage{frame: f, store: a.Store}, profile,
		&emailPage{frame: f, store: a.Store, users: a.Users, changes: changes, profile: profile, limiter: a.Limiter},
		&exportPage{frame: f, store: a.Store, docsURL: a.DocsURL}, &deletePage{frame: f, store: a.Store, users: a.Users, changes: changes},
	}
	if a.Passkeys != nil {
		pages = append(pages, &passkeysPage{frame: f, store: a.Store, others: others, codes: codes})
	}
	if a.App != nil {
		pages = append(pages, &appPage{frame: f, store: a.Store, app: a.App, qr: a.QR, codes: codes})
	}
	if a.Codes != nil {
		pages = append(pages, codes)
	}
	for _, p := range pages {
		p.mount(mux)
	}
}

// frame builds what all pages share.
func (a *Area) frame() *frame {
	return &frame{
		gate:     &gate{Site: a.Site, sessions: a.Sessions, requests: a.Requests, stepUp: a.StepUp, pages: a.Pages, audit: a.Audit, clock: a.Clock},
		post:     &post{site: a.Site, letters: a.Letters, mailer: a.Mailer},
		passkeys: a.Passkeys, withApp: a.App != nil, withCodes: a.Codes != nil, keep: a.Keep, browser: a.Browser, store: a.Store,
	}
}
