package provider

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Clients finds registered software.
type Clients interface {
	authClients
	knownClients
}

// Grants keeps authorizations.
type Grants interface {
	grantStore
	sessionClients
}

// Tokens judges access tokens by what they stand on.
type Tokens interface {
	tokenStates
	revokedTokens
}

// Sealer keeps a grant's seed unreadable at rest.
type Sealer interface {
	Seal(purpose string, plaintext []byte) []byte
	Open(purpose string, sealed []byte) ([]byte, error)
}

// Recorder takes the decisions worth remembering.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
	RecordLater(ctx context.Context, e audit.Event)
}

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

// Deps is everything the provider stands on.
type Deps struct {
	Clients    Clients
	ClientKeys ClientKeys // nil: none but those registered
	Grants     Grants
	Tokens     Tokens
	Keys       *keys.Ring
	Sealer     Sealer
	// BehindOnSecrets tells whether other nodes seal under a secret that this one does not have.
	BehindOnSecrets func(ctx context.Context) (bool, error)

	PairwiseSalt []byte // of pairwise subjects; the same on every node, for ever
	Sessions     *session.Sessions
	Requests     *interaction.Store
	Interactions []Interaction // in the order a person meets them
	Pages        *templates.Pages
	Audit        Recorder
	Metrics      Metrics
	SecretUse    SecretUse
	Limiter      *web.Limiter
	// Connected tells somebody that a device of theirs can use their account from now on; nil: nobody is
	// told.
	Connected func(ctx context.Context, s *session.Session, app string, scopes []string)
	// Signals is what the browser of somebody who goes on to an app should tell their password manager;
	// nil: nothing.
	Signals func(ctx context.Context, user storage.User) ([]templates.Signal, error)
	Now     func() time.Time
}

// Provider answers the endpoints of OAuth 2.1 and OpenID Connect.
type Provider struct {
	place
	render        *renderer
	tokens        *tokenMaker
	metadata      *metadata
	authorize     *authorizeEndpoint
	token         *tokenEndpoint
	device        *deviceFlow
	introspection *introspectionEndpoint
	revocation    *revocationEndpoint
	userinfo      *userinfoEndpoint
	logout        *logoutEndpoint

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
	if d.Now == nil {
		d.Now = time.Now
	}
	if c.DetailTypes == nil {
		c.DetailTypes = &details.Types{}
	}
	return assemble(place{site, c.MutualURL}, c, d), nil
}

// Mount registers every endpoint. Browser routes get the page protections, the others CORS; there
// is no third way in.
func (p *Provider) Mount(mux *web.Mux) {
	root, mux := mux, mux.Under(p.Base)
	page := p.render.page
	mux.Page("GET /authorize", page(p.authorize.Authorize))
	mux.PageFromAnywhere("POST /authorize", page(p.authorize.Authorize))
	mux.Page("GET /authorize/{handle}", page(p.authorize.Resume))
	mux.Page("GET /logout", page(p.logout.endSession))
	mux.PageFromAnywhere("POST /logout", page(p.logout.endSession))
	mux.Page("GET /device", page(p.device.devicePage))
	mux.Page("POST /device", page(p.device.enterDevice))
	mux.Page("GET /device/{handle}", page(p.device.confirmDevice))
	mux.Page("POST /device/{handle}", page(p.device.decideDevice))
	mux.Page("HEAD /authorize", refuseHead)
	mux.Page("HEAD /authorize/{handle}", refuseHead)
	if p.sessionManagement {
		mux.Page("GET /check-session", p.logout.checkSession)
	}
	mux.Published("GET /jwks", p.metadata.jwks)
	for _, path := range p.metadata.paths {
		root.Published("GET "+path, p.metadata.discovery)
	}
	p.MountMutual(root)
}

// MountMutual registers the endpoints that a client's certificate counts at, and no page: browsers
// would ask people for a certificate.
func (p *Provider) MountMutual(mux *web.Mux) {
	api, mux := p.render.api, mux.Under(p.Base)
	mux.API("POST /par", api(p.authorize.push))
	mux.API("POST /device_authorization", api(p.device.deviceAuthorization))
	mux.API("POST /token", api(p.token.token))
	mux.API("POST /introspect", api(p.introspection.introspect))
	mux.API("POST /revoke", api(p.revocation.revoke))
	mux.API("GET /userinfo", api(p.userinfo.Userinfo))
	mux.API("POST /userinfo", api(p.userinfo.Userinfo))
}

// LogoutToken tells one client that a session ended, from now on and for two minutes.
func (p *Provider) LogoutToken(ctx context.Context, c storage.Client, n storage.LogoutNotice) (string, error) {
	return p.tokens.logoutToken(ctx, c, n)
}

// refuseHead keeps a request that asks for no answer from getting a code made.
func refuseHead(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Allow", "GET, POST")
	return &web.Error{Status: http.StatusMethodNotAllowed}
}
