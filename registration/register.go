package registration

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Prefix begins the id of every client that registered itself, and of no other.
const Prefix = storage.DynamicPrefix

const (
	secretIDPrefix = "cs_"
	via            = "registration" // the method of our audit events
)

// Limits of the endpoint.
var (
	registerLimit = web.Limit{Events: 200, Per: 10 * time.Minute} // per network
	tokenLimit    = web.Limit{Events: 100, Per: time.Hour}        // per initial access token
	guessLimit    = web.Limit{Events: 30, Per: time.Minute}       // wrong tokens, per network
)

// Registered is where clients are kept that register themselves.
type Registered interface {
	Client(ctx context.Context, id string) (storage.Client, error)
	CreateClient(ctx context.Context, c storage.Client) error
	UpdateClient(ctx context.Context, c *storage.Client) error
	DeleteClient(ctx context.Context, id string) error
	AddClientSecret(ctx context.Context, s storage.ClientSecret) error
	// RevokeClientSecret removes a secret. Of several callers one succeeds, the others get
	// storage.ErrNotFound.
	RevokeClientSecret(ctx context.Context, clientID, id string) error
	Consents
	TokenStore
}

// Endpoint is dynamic client registration (RFC 7591) and its management (RFC 7592).
type Endpoint struct {
	Issuer  string
	Store   Registered
	Fetch   Fetcher // of sector identifiers
	Rules   Rules
	Logos   *Logos        // nil: none are kept
	Tokens  InitialTokens // one of them is needed, or one of those in Store
	Open    bool          // no token is needed: anybody may register
	Limiter web.Limiter
	Audit   Recorder
	Clock   clock.Clock // nil: the system's
}

// Mount registers the endpoint under base, the path of the issuer.
func (e *Endpoint) Mount(mux *web.Mux, base string) {
	mux.API("POST "+base+"/register", e.register)
	mux.API("GET "+base+"/register/{id}", e.show)
	mux.API("PUT "+base+"/register/{id}", e.update)
	mux.API("DELETE "+base+"/register/{id}", e.remove)
}

// register answers POST /register.
func (e *Endpoint) register(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	token, err := e.admit(w, r)
	if err != nil {
		return err
	}
	o, err := readBody(r)
	if err != nil {
		return err
	}
	asked, err := e.client(ctx, o)
	if err != nil {
		return err
	}
	if err := e.use(w, r, token); err != nil {
		return err
	}
	m, err := e.create(ctx, asked)
	if err != nil {
		return err
	}
	m.authMethod = asked.authMethod
	return web.WriteJSON(w, http.StatusCreated, e.answer(m))
}

// made is a client with what is shown of it once.
type made struct {
	storage.Client
	authMethod     string
	secret, manage string
}

// create makes the client, its secret if it has one, and the token to manage it with.
func (e *Endpoint) create(ctx context.Context, w wanted) (made, error) {
	if w.Public {
		return e.createPublic(ctx, w.Client)
	}
	return e.insert(ctx, w.Client, storage.NewID(Prefix))
}

func (e *Endpoint) insert(ctx context.Context, c storage.Client, id string) (made, error) {
	now := e.Clock.Now()
	c.ID, c.CreatedAt, c.UpdatedAt = id, now, now
	m := made{}
	token, bearer := newManageToken(id, now)
	c.Secrets, m.manage = []storage.ClientSecret{token}, bearer
	if needsSecret(c) {
		var s storage.ClientSecret
		s, m.secret = newSecret(id, now)
		c.Secrets = append(c.Secrets, s)
	}
	if err := e.record(ctx, audit.ClientCreated, id); err != nil {
		return made{}, err
	}
	if err := e.Store.CreateClient(ctx, c); err != nil {
		return made{}, fmt.Errorf("register client: %w", err)
	}
	m.Client = c
	return m, nil
}

func (e *Endpoint) record(ctx context.Context, event, id string) error {
	return e.Audit.Record(ctx, audit.Event{Type: event, Outcome: audit.Success, ClientID: id, Method: via})
}

func isGone(err error) bool { return errors.Is(err, storage.ErrNotFound) }
