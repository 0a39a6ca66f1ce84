package account

import (
	"context"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/audit"
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
	ProfileStore
	EmailStore
	users.ExportStore
	// Factors returns what the person has enrolled, in one query.
	Factors(ctx context.Context, userID string) (storage.Factors, error)
	// Events returns the newest f.Limit events that match, newest first.
	Events(ctx context.Context, f audit.Filter) ([]audit.Event, error)
	// DeleteUser removes the user with all that is theirs, or returns storage.ErrNotFound. From then
	// on every token of theirs is dead.
	DeleteUser(ctx context.Context, id string) error
}

// Sessions tells who is signed in in a browser.
type Sessions interface {
	// Current returns the session of this browser, nil when nobody is signed in.
	Current(r *http.Request) (*session.Session, error)
	// End signs this browser out.
	End(w http.ResponseWriter, r *http.Request) error
}

// Requests keeps where a browser wants to go on once somebody has signed in there.
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

// Area is the account area of a deployment.
type Area struct {
	Issuer    string // every mailed link begins with it, whatever host the request named
	Base      string // path of the issuer, "" for a bare host
	Store     Store
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
	Sentence  func(scope string) string // what a scope allows, "" for one it does not know; nil: knows none
	DocsURL   string                    // of what the fields of an export mean; empty for none
	Now       func() time.Time          // nil: the system's clock
}

// Mount registers the pages.
func (a *Area) Mount(mux *web.Mux) {
	a.mountLooks(mux)
	a.mountEmail(mux)
	if a.Passkeys != nil {
		a.mountPasskeys(mux)
	}
	if a.App != nil {
		a.mountApp(mux)
	}
	if a.Codes != nil {
		a.mountCodes(mux)
	}
	mux.Page("GET "+a.Base+"/account/export", a.known(a.exportPage))
	mux.Page("GET "+a.Base+"/account/export.json", a.sure(audit.UserExported, a.export))
	mux.Page("GET "+a.Base+"/account/delete", a.known(a.deletePage))
	mux.Page("POST "+a.Base+"/account/delete", a.sure(audit.UserDeleted, a.delete))
}

// mountLooks registers what changes nothing of who can get in.
func (a *Area) mountLooks(mux *web.Mux) {
	mux.Page("GET "+a.Base+"/account", a.known(a.home))
	mux.Page("GET "+a.Base+"/account/confirm", a.confirm)
	mux.Page("GET "+a.Base+"/account/sessions", a.known(a.sessions))
	mux.Page("POST "+a.Base+"/account/sessions/end", a.known(a.endSession))
	mux.Page("POST "+a.Base+"/account/sessions/end-others", a.known(a.endOthers))
	mux.Page("GET "+a.Base+OthersPath, a.known(a.askOthers))
	mux.Page("POST "+a.Base+OthersPath, a.known(a.endThem))
	mux.Page("GET "+a.Base+"/account/connections", a.known(a.connections))
	mux.Page("POST "+a.Base+"/account/connections/stop", a.known(a.stopConnection))
	mux.Page("GET "+a.Base+"/account/activity", a.known(a.activity))
	mux.Page("POST "+a.Base+"/account/activity/not-me", a.known(a.disown))
	mux.Page("GET "+a.Base+"/account/profile", a.known(a.profile))
	mux.Page("POST "+a.Base+"/account/profile", a.known(a.change))
}

// mailOff tells that nobody signs in by mail here.
func (a *Area) mailOff() bool { return a.Keep == storage.KeepPasskey }

func (a *Area) now() time.Time {
	if a.Now == nil {
		return time.Now()
	}
	return a.Now()
}
