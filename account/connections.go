package account

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// ConnectionStore keeps what people allowed.
type ConnectionStore interface {
	// Connections returns the clients that have access to the user's account, by name.
	Connections(ctx context.Context, userID string) ([]storage.Connection, error)
	// ClientNames returns what clients are called, for any user.
	ClientNames(ctx context.Context, ids []string) (map[string]string, error)
	// WithdrawConsent forgets what the user allowed the client and revokes all that came of it, in one
	// transaction.
	WithdrawConsent(ctx context.Context, userID, clientID string) error
}

// connectionsPage shows which apps and agents have access, and takes it away.
type connectionsPage struct {
	*frame
	store    ConnectionStore
	sentence func(scope string) i18n.Text
}

func (a *connectionsPage) mount(mux *web.Mux) {
	mux.Page("GET /account/connections", a.known(a.show))
	mux.Page("POST /account/connections/stop", a.known(a.stop))
}

func (a *connectionsPage) show(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	all, err := a.store.Connections(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	p := templates.Connections{Frame: a.head(r, s), Stop: a.Path("/account/connections/stop")}
	for _, c := range all {
		p.Connections = append(p.Connections, a.connection(c))
	}
	return a.pages.Render(w, http.StatusOK, p)
}

func (a *connectionsPage) connection(c storage.Connection) templates.Connection {
	shown := templates.Connection{
		ID: c.ClientID, Name: cmp.Or(c.Name, c.ClientID), Host: hostOf(c.ClientID), Agent: c.Kind == storage.KindAgent,
		Since: c.Since, LastUsed: c.LastUsed, Until: c.Until,
	}
	for _, scope := range interaction.ForPeople(c.Scopes) {
		shown.Scopes = append(shown.Scopes, a.sentenceOf(scope))
	}
	return shown
}

// sentenceOf is a scope's name when we cannot say what it means: inventing that would be worse.
func (a *connectionsPage) sentenceOf(scope string) i18n.Text {
	if a.sentence == nil {
		return i18n.Verbatim(scope)
	}
	return cmp.Or(a.sentence(scope), i18n.Verbatim(scope))
}

// hostOf is the host of a client id that is a URL: it weighs more than a name the client chose.
func hostOf(clientID string) string {
	u, err := url.Parse(clientID)
	if err != nil || u.Scheme != "https" {
		return ""
	}
	return u.Host
}

// stop ends an app's access: its tokens are dead when the answer is sent.
func (a *connectionsPage) stop(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	all, err := a.store.Connections(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	id := posted(r, "client")
	if !slices.ContainsFunc(all, func(c storage.Connection) bool { return c.ClientID == id }) {
		return fmt.Errorf("find connection: %w", storage.ErrNotFound)
	}
	if err := a.disconnect(r, s, id); err != nil {
		return err
	}
	return a.done(w, "connections", "stopped")
}

func (a *connectionsPage) disconnect(r *http.Request, s *session.Session, clientID string) error {
	if err := a.store.WithdrawConsent(r.Context(), s.UserID, clientID); err != nil {
		return err
	}
	return a.did(r, s, audit.Event{Type: audit.ConsentWithdrawn, ClientID: clientID})
}
