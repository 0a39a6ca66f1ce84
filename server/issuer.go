package server

import (
	"context"
	"errors"
	"log/slog"

	"github.com/symbolon-id/symbolon/account"
	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/audit/ledger"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/consent"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/logout"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/provider"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// description is what an issuer is built from.
type description struct {
	config.AuthorizationServer
	db *durable.DB
	// name keeps it apart from other issuers of the process in what they share; "" for the only one.
	name string
}

// issuer is one authorization server: its keys, its pages, its people and its applications, built from
// top to bottom by newIssuer.
type issuer struct {
	config    config.Config // of the process, with the settings of this issuer
	log       *slog.Logger
	dev       *Dev // nil in production
	site      web.Site
	db        *durable.DB
	ephemeral storage.Ephemeral
	limiter   web.Limiter
	metrics   *web.Metrics

	sealer   *keys.Sealer
	ring     *keys.Ring
	salt     []byte // of pairwise subjects
	ledger   *ledger.Keeper
	audit    *audit.Recorder
	pages    *templates.Pages
	sessions *session.Sessions
	lastUsed *clients.LastUsed
	requests *interaction.Store
	notices  notices
	worker   *mail.Worker

	registered *outbound.Client      // asks for registered clients
	strangers  *outbound.Client      // and for everybody else
	passkeys   *passkey.RelyingParty // nil: browsers make none for this issuer
	login      *login.Flow
	account    *account.Area
	consent    *consent.Asker
	provider   *provider.Provider
	logouts    *logout.Worker
	mux        *web.Mux
}

// newIssuer builds the authorization server that d describes, from what p shares. It is called once for
// each issuer.
func newIssuer(ctx context.Context, p *Server, d description) (*issuer, error) {
	conf := p.config
	conf.AuthorizationServer = d.AuthorizationServer
	site, err := web.NewSite(d.Issuer)
	if err != nil {
		return nil, err
	}
	i := &issuer{
		config: conf, log: p.log, dev: p.dev, site: site, metrics: p.metrics, sealer: p.sealer,
		ephemeral: p.ephemeral, limiter: web.Limiter{Counter: Counter{p.rates, d.name}},
	}
	if d.name != "" {
		i.ephemeral = ephemeral.Prefixed{Store: p.ephemeral, Prefix: d.name}
	}
	for _, build := range []func(context.Context, *durable.DB) error{
		i.openKeys, i.buildGround, i.buildMail, i.buildPasskeys, i.buildFeatures,
	} {
		if err := build(ctx, d.db); err != nil {
			return nil, err
		}
	}
	return i, i.mount()
}

// pairwiseSalt names the salt of pairwise subjects.
const pairwiseSalt = "pairwise"

func (i *issuer) openKeys(ctx context.Context, db *durable.DB) (err error) {
	options := i.config.RingOptions()
	options.Log = i.log
	i.ring = keys.NewRing(db, i.sealer, options)
	if err := i.ring.Load(ctx); err != nil {
		return err
	}
	if err := i.ring.Reseal(ctx); err != nil {
		return err
	}
	i.db = db.For(durable.Issuer{Keep: i.config.SignIn.Keep(), ClientStored: i.ring.BeginFor})
	if i.ledger, err = Keeper(ctx, i.db, i.sealer, i.config, i.log); err != nil {
		return err
	}
	i.salt, err = keys.LoadSalt(ctx, i.db, i.sealer, pairwiseSalt)
	return err
}

// buildGround builds what every feature stands on.
func (i *issuer) buildGround(_ context.Context, _ *durable.DB) (err error) {
	i.audit = audit.NewRecorder(i.db, audit.Options{Counter: i.metrics, Log: i.log, Describe: describe, Network: network})
	i.lastUsed = clients.NewLastUsed(i.db, i.log)
	i.sessions = session.New(i.db, i.sessionOptions())
	i.requests = &interaction.Store{
		Ephemeral: i.ephemeral, Browser: web.Browser{Cookies: i.site.Cookies()}, Limiter: parkLimiter(),
	}
	i.pages, err = templates.New(i.config.Branding.Brand(i.site.Base))
	return err
}

// network is where a request came from, as limits count it.
func network(ctx context.Context) string { return web.Network(web.ClientIP(ctx)) }

// describe adds to an audit event what its request knows.
func describe(ctx context.Context, e *audit.Event) {
	e.TraceID = web.TraceID(ctx)
	if ip := web.ClientIP(ctx); ip.IsValid() {
		e.IP = ip.String()
	}
}

func (i *issuer) checks() []web.Check {
	return []web.Check{
		{Reason: "signing_key", Hard: true, Probe: func(context.Context) error { return i.ring.Ready() }},
		{Reason: "smtp", Probe: func(context.Context) error {
			if i.worker.Failing() {
				return errors.New("mail is not delivered")
			}
			return nil
		}},
	}
}

// background is what works beside the requests.
func (i *issuer) background() []func(context.Context) {
	return []func(context.Context){
		func(ctx context.Context) { _ = i.ring.Run(ctx) },
		func(ctx context.Context) { _ = i.audit.Run(ctx) },
		i.ledger.Run,
		i.worker.Run,
		i.logouts.Run,
		func(ctx context.Context) { _ = i.sessions.Run(ctx) },
		i.lastUsed.Run,
	}
}

// close stores what is still in memory. It works on an issuer that was built in part, or not at all.
func (i *issuer) close(ctx context.Context) error {
	if i == nil || i.audit == nil {
		return nil
	}
	i.lastUsed.Flush(ctx)
	return i.audit.Close(ctx)
}
