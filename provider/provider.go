package provider

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"strings"
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
	// Client returns the client with its live secrets, disabled or not, or storage.ErrNotFound.
	Client(ctx context.Context, id string) (storage.Client, error)
	// Known is Client as it was last seen, without asking anybody: for what has begun already.
	Known(ctx context.Context, id string) (storage.Client, error)
	// Spend uses a client's assertion up: of all callers, ever, one gets nil, the others
	// storage.ErrSpent.
	Spend(ctx context.Context, s storage.Spent) error
}

// Grants keeps authorizations. Each transition is one conditional statement: of many callers on
// many nodes one succeeds, the others get storage.ErrSpent.
type Grants interface {
	// AddGrant stores g with its unspent code and spends the request it answers, in one transaction.
	AddGrant(ctx context.Context, g storage.Grant, spend storage.Spent) error
	GrantByCode(ctx context.Context, digest []byte) (storage.GrantState, error)
	// SpendCode marks the code as used and starts the refresh family at generation 1, if the code
	// is unspent and unexpired and the grant alive.
	SpendCode(ctx context.Context, id string, at, idleAt time.Time) error
	Grant(ctx context.Context, id string) (storage.GrantState, error)
	// RotateGrant moves the family from generation to generation+1, if it is there and alive.
	RotateGrant(ctx context.Context, id string, generation int64, at, idleAt time.Time) error
	// KeepGrant lets the family live on at generation, on the same conditions.
	KeepGrant(ctx context.Context, id string, generation int64, at, idleAt time.Time) error
	RevokeGrant(ctx context.Context, id string, at time.Time, why string) error
	// FrontchannelClients returns the clients that got tokens in the session and want to be told of its
	// end in the browser.
	FrontchannelClients(ctx context.Context, sessionID string) ([]storage.Client, error)
}

// Tokens judges access tokens by what they stand on.
type Tokens interface {
	TokenState(ctx context.Context, q storage.TokenQuery) (storage.TokenState, error)
	RevokeToken(ctx context.Context, jti string, until time.Time) error
}

// Interaction is something the person must do before the response: sign in, consent.
type Interaction interface {
	// Next returns the path of the page that is due for q, or "" when nothing is.
	Next(ctx context.Context, q *interaction.Request, s *session.Session) (page string, err error)
	// Refusal is the error a client gets instead of the page under prompt=none
	// (OpenID Connect Core section 3.1.2.6).
	Refusal() string
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

// Metrics counts what is issued.
type Metrics interface {
	TokenIssued(grant, alg string)
}

// SecretUse notes, later and in batches, when a client secret was last used.
type SecretUse interface {
	SecretUsed(id string, at time.Time)
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
	issuer, err := url.Parse(c.Issuer)
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
	c.PushedTTL = cmp.Or(c.PushedTTL, defaultPushedTTL)
	return assemble(place{c.Issuer, strings.TrimSuffix(issuer.EscapedPath(), "/"), c.MutualURL}, c, d), nil
}

// Mount registers every endpoint. Browser routes get the page protections, the others CORS; there
// is no third way in.
func (p *Provider) Mount(mux *web.Mux) {
	page, redirecting := p.render.page, p.authorize.reply.redirecting
	mux.Page("GET "+p.base+"/authorize", page(redirecting(p.authorize.authorize)))
	mux.PageFromAnywhere("POST "+p.base+"/authorize", page(redirecting(p.authorize.authorize)))
	mux.Page("GET "+p.base+"/authorize/{handle}", page(redirecting(p.authorize.resume)))
	mux.Page("GET "+p.base+"/logout", page(p.logout.endSession))
	mux.PageFromAnywhere("POST "+p.base+"/logout", page(p.logout.endSession))
	mux.Page("GET "+p.base+"/device", page(p.device.devicePage))
	mux.Page("POST "+p.base+"/device", page(p.device.enterDevice))
	mux.Page("GET "+p.base+"/device/{handle}", page(p.device.confirmDevice))
	mux.Page("POST "+p.base+"/device/{handle}", page(p.device.decideDevice))
	mux.Page("HEAD "+p.base+"/authorize", refuseHead)
	mux.Page("HEAD "+p.base+"/authorize/{handle}", refuseHead)
	if p.sessionManagement {
		mux.Page("GET "+p.base+"/check-session", p.logout.checkSession)
	}
	mux.Published("GET "+p.base+"/jwks", p.metadata.jwks)
	for _, path := range p.metadata.paths {
		mux.Published("GET "+path, p.metadata.discovery)
	}
	p.MountMutual(mux)
}

// MountMutual registers the endpoints that a client's certificate counts at, and no page: browsers
// would ask people for a certificate.
func (p *Provider) MountMutual(mux *web.Mux) {
	api := p.render.api
	mux.API("POST "+p.base+"/par", api(p.authorize.push))
	mux.API("POST "+p.base+"/device_authorization", api(p.device.deviceAuthorization))
	mux.API("POST "+p.base+"/token", api(p.token.token))
	mux.API("POST "+p.base+"/introspect", api(p.introspection.introspect))
	mux.API("POST "+p.base+"/revoke", api(p.revocation.revoke))
	mux.API("GET "+p.base+"/userinfo", api(challenging(p.userinfo.userinfo)))
	mux.API("POST "+p.base+"/userinfo", api(challenging(p.userinfo.userinfo)))
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
