package provider

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/provider/authorize"
	"github.com/symbolon-id/symbolon/provider/clientauth"
	"github.com/symbolon-id/symbolon/provider/device"
	"github.com/symbolon-id/symbolon/provider/endsession"
	"github.com/symbolon-id/symbolon/provider/grant"
	"github.com/symbolon-id/symbolon/provider/introspection"
	"github.com/symbolon-id/symbolon/provider/metadata"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/provider/userinfo"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Clients finds registered software.
type Clients interface {
	clientauth.Clients
	authorize.KnownClients
}

// Grants keeps authorizations.
type Grants interface {
	grant.Store
	endsession.SessionClients
}

// Tokens judges access tokens by what they depend on.
type Tokens interface {
	token.States
	introspection.RevokedTokens
}

// Sealer keeps a grant's seed unreadable at rest.
type Sealer interface {
	Seal(purpose string, plaintext []byte) []byte
	Open(purpose string, sealed []byte) ([]byte, error)
}

// Recorder records the decisions worth remembering.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
	RecordLater(ctx context.Context, e audit.Event)
}

// Interaction is something the user must do before the response: sign in, consent.
type Interaction = authorize.Interaction

// ClientKeys finds the keys of clients that publish them themselves.
type ClientKeys = clientauth.ClientKeys

// Config is what a deployment decides about the protocol.
type Config struct {
	Issuer              string
	AccessTokenTTL      time.Duration // tokens for people
	AgentAccessTokenTTL time.Duration // tokens of service accounts
	IDTokenTTL          time.Duration
	CodeTTL             time.Duration // ≤ 60 s
	PushedTTL           time.Duration // of a pushed request, until the browser brings it; 0: 90 s
	RefreshIdle         time.Duration
	RefreshAbsolute     time.Duration
	RefreshRetry        time.Duration // within it a retried refresh gets the same successor; 0–300 s
	DPoPNonce           bool          // every DPoP proof must carry a recent nonce of ours
	PKCEPublicOnly      bool          // pkce: public-clients, for old confidential OpenID Connect clients
	ACRValues           []string      // authentication contexts that signing in can reach
	Registration        bool          // software registers itself at /register (RFC 7591)
	ClientDocuments     bool          // a client_id may be the URL of a client metadata document
	SessionManagement   bool          // applications ask by a frame whether the person is still signed in
	Dev                 bool          // error pages say what differs

	DetailTypes *details.Types // of authorization details (RFC 9396); nil: none

	MutualTLS bool           // clients can show certificates (RFC 8705)
	MutualURL string         // origin where they are asked for one; "": at the issuer
	ClientCAs *x509.CertPool // who issues them; nil: only self-signed ones are accepted
}

// Deps is everything the provider depends on.
type Deps struct {
	Clients    Clients
	ClientKeys ClientKeys // nil: none but those registered
	Grants     Grants
	Tokens     Tokens
	Keys       *keys.Ring
	Sealer     Sealer
	// BehindOnSecrets reports whether other nodes seal under a secret that this one does not have.
	BehindOnSecrets func(ctx context.Context) (bool, error)

	PairwiseSalt []byte // of pairwise subjects; the same on every node, for ever
	Sessions     *session.Sessions
	Requests     *interaction.Store
	Interactions []Interaction // in the order a person meets them
	Pages        *templates.Pages
	Audit        Recorder
	Metrics      grant.Metrics
	SecretUse    clientauth.SecretUse
	Limiter      *web.Limiter
	// Connected notifies a user that a device of theirs can use their account from now on; nil: no user is
	// notified.
	Connected func(ctx context.Context, s *session.Session, app string, scopes []string)
	// Signals is what the browser of a user who goes on to an app should signal to their password manager;
	// nil: nothing.
	Signals func(ctx context.Context, user storage.User) ([]templates.Signal, error)
	Clock   clock.Clock
}

// Provider answers the endpoints of OAuth 2.1 and OpenID Connect.
type Provider struct {
	oauth.Place
	render        *renderer
	tokens        *token.Maker
	metadata      *metadata.Endpoint
	authorize     *authorize.Endpoint
	token         *grant.Issuer
	device        *device.Flow
	introspection *introspection.Endpoint
	revocation    *introspection.Revocation
	userinfo      *userinfo.Endpoint
	logout        *endsession.Endpoint

	sessionManagement bool
}

// New builds the provider. The issuer must be an absolute URL without query or fragment.
func New(c Config, d Deps) (*Provider, error) {
	site, err := web.NewSite(c.Issuer)
	if err != nil {
		return nil, err
	}
	if len(d.PairwiseSalt) < sha256.Size {
		return nil, errors.New("provider: the salt of pairwise subjects is missing")
	}
	if c.DetailTypes == nil {
		c.DetailTypes = &details.Types{}
	}
	return assemble(oauth.Place{Site: site, Mutual: c.MutualURL}, c, d), nil
}

// Mount registers every endpoint. Browser routes get the page protections, the others CORS; there
// is no third way in.
func (p *Provider) Mount(mux *web.Mux) {
	root, mux := mux, mux.Under(p.Base)
	page := p.render.page
	mux.Page("GET /authorize", page(p.authorize.Authorize))
	mux.PageFromAnywhere("POST /authorize", page(p.authorize.Authorize))
	mux.Page("GET /authorize/{handle}", page(p.authorize.Resume))
	mux.Page("GET /logout", page(p.logout.EndSession))
	mux.PageFromAnywhere("POST /logout", page(p.logout.EndSession))
	mux.Page("GET /device", page(p.device.Page))
	mux.Page("POST /device", page(p.device.Enter))
	mux.Page("GET /device/{handle}", page(p.device.Confirm))
	mux.Page("POST /device/{handle}", page(p.device.Decide))
	mux.Page("HEAD /authorize", refuseHead)
	mux.Page("HEAD /authorize/{handle}", refuseHead)
	if p.sessionManagement {
		mux.Page("GET /check-session", p.logout.CheckSession)
	}
	mux.Published("GET /jwks", p.metadata.JWKS)
	for _, path := range p.metadata.Paths {
		root.Published("GET "+path, p.metadata.Discovery)
	}
	p.MountMutual(root)
}

// MountMutual registers the endpoints that a client's certificate counts at, and no page: browsers
// would ask people for a certificate.
func (p *Provider) MountMutual(mux *web.Mux) {
	api, mux := p.render.api, mux.Under(p.Base)
	mux.API("POST /par", api(p.authorize.Push))
	mux.API("POST /device_authorization", api(p.device.Authorize))
	mux.API("POST /token", api(p.token.Token))
	mux.API("POST /introspect", api(p.introspection.Introspect))
	mux.API("POST /revoke", api(p.revocation.Revoke))
	mux.API("GET /userinfo", api(p.userinfo.Userinfo))
	mux.API("POST /userinfo", api(p.userinfo.Userinfo))
}

// LogoutToken notifies one client that a session ended, from now on and for two minutes.
func (p *Provider) LogoutToken(ctx context.Context, c storage.Client, n storage.LogoutNotice) (string, error) {
	return p.tokens.LogoutToken(ctx, c, n)
}

// refuseHead keeps a request that asks for no answer from getting a code made.
func refuseHead(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Allow", "GET, POST")
	return &web.Error{Status: http.StatusMethodNotAllowed}
}
