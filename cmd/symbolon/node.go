package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/symbolon-id/symbolon/account"
	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/audit/ledger"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/consent"
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

	"github.com/symbolon-id/symbolon/config"
)

// node is one running server: everything it is made of, built from top to bottom by newNode.
type node struct {
	config  config.Config
	log     *slog.Logger
	site    web.Site
	base    string // of site
	browser web.Browser

	db        *durable.DB
	redis     *ephemeral.Redis // nil: process memory
	ephemeral storage.Ephemeral
	counter   web.Counter

	sealer    *keys.Sealer
	ring      *keys.Ring
	salt      []byte // of pairwise subjects
	metrics   *web.Metrics
	health    *web.Health
	audit     *audit.Recorder
	ledger    *ledger.Keeper
	clock     *clock
	pages     *templates.Pages
	queue     *mail.Queue
	worker    *mail.Worker
	sessions  *session.Sessions
	lastUsed  *clients.LastUsed
	passkeys  *passkey.RelyingParty // nil: browsers make none for this issuer
	login     *login.Flow
	account   *account.Area
	consent   *consent.Asker
	provider  *provider.Provider
	outbound  *outbound.Client // asks for registered clients
	strangers *outbound.Client // and for everybody else
	notices   *outbound.Client // tells of logouts
	logouts   *logout.Worker
	mux       *web.Mux
}

// dev is what symbolon dev adds to a node; nil in production.
type dev struct{ mailbox *mail.Mailbox }

// newNode builds a server that is ready to serve. What it opened is closed by close.
func newNode(ctx context.Context, conf config.Config, log *slog.Logger, d *dev) (n *node, err error) {
	issuer, err := url.Parse(conf.Issuer)
	if err != nil {
		return nil, fmt.Errorf("issuer: %w", err)
	}
	site, err := web.NewSite(conf.Issuer)
	if err != nil {
		return nil, err
	}
	n = &node{
		config: conf, log: log, site: site, base: site.Base,
		browser: web.Browser{Secure: issuer.Scheme == "https"},
		metrics: web.NewMetrics(),
	}
	for _, build := range []func(context.Context, *dev) error{
		n.openStores, n.refuseDemo, n.openKeys, n.buildGround, n.buildMail, n.buildPasskeys, n.buildFeatures,
	} {
		if err := build(ctx, d); err != nil {
			return nil, errors.Join(err, n.close(ctx))
		}
	}
	n.mount(issuer, d)
	return n, nil
}

func (n *node) openStores(ctx context.Context, d *dev) (err error) {
	if !config.Exists(n.config.DatabaseURL) {
		n.log.Info("creating a new database", "database", config.ShownDatabase(n.config.DatabaseURL))
	}
	if n.db, err = durable.Open(ctx, n.config.DatabaseURL); err != nil {
		return err
	}
	n.db.Keep = n.config.SignIn.Keep()
	if n.db.AuditRetention, err = n.config.Audit.Lifetimes(); err != nil {
		return err
	}
	ready := checkSchema
	if d != nil || config.IsSQLite(n.config.DatabaseURL) { // no other release uses it
		ready = migrateSchema
	}
	if err := ready(ctx, n.db); err != nil {
		return err
	}
	if n.sealer, err = n.config.Sealer(); err != nil {
		return err
	}
	if n.config.RedisURL == "" {
		memory := ephemeral.NewMemory()
		memory.Owner = owner
		n.ephemeral, n.counter = memory, counter{memory}
		return nil
	}
	if n.redis, err = ephemeral.NewRedis(ctx, n.config.RedisURL); err != nil {
		return err
	}
	values, err := ephemeral.NewFallback(ctx, n.redis, n.db.Ephemeral())
	if err != nil {
		return err
	}
	n.redis.Local.Owner = owner
	n.ephemeral = ephemeral.NewBudget(ephemeral.Sealed{Store: values, Sealer: n.sealer}, owner)
	n.counter = counter{n.redis}
	return nil
}

// owner returns what is charged for what a request leaves behind: its network, or the wide network of
// an IPv6 address, which is as easily had.
func owner(ctx context.Context) string {
	if ip := web.ClientIP(ctx); !ip.Is4() {
		return web.WideNetwork(ip)
	}
	return web.Network(web.ClientIP(ctx))
}

// parkLimiter counts in this process: to ask Redis about each request would cost more than to park it.
func (n *node) parkLimiter() *web.Limiter {
	counts := ephemeral.NewCounts()
	counts.Owner = owner
	return &web.Limiter{Counter: counter{counts}}
}

// counter adapts a store's rates to web's.
type counter struct {
	store interface {
		Count(ctx context.Context, key string, l storage.Limit) (time.Duration, error)
	}
}

func (c counter) Count(ctx context.Context, key string, events int, per time.Duration) (time.Duration, error) {
	return c.store.Count(ctx, key, storage.Limit{Events: events, Per: per})
}

// pairwiseSalt names the salt of pairwise subjects.
const pairwiseSalt = "pairwise"

func (n *node) openKeys(ctx context.Context, _ *dev) error {
	engine, err := keys.Engine()
	if err != nil {
		n.log.Warn("OpenSSL does not sign", "engine", engine, "error", err)
	}
	n.metrics.SigningEngine(engine)
	options := n.config.RingOptions()
	options.Log = n.log
	n.ring = keys.NewRing(n.db, n.sealer, options)
	if err := n.ring.Load(ctx); err != nil {
		return err
	}
	if err := n.ring.Reseal(ctx); err != nil {
		return err
	}
	n.db.ClientStored = n.ring.BeginFor
	if n.ledger, err = newKeeper(ctx, n.db, n.sealer, n.config, n.log); err != nil {
		return err
	}
	n.salt, err = keys.LoadSalt(ctx, n.db, n.sealer, pairwiseSalt)
	return err
}

// buildGround builds what every feature stands on.
func (n *node) buildGround(_ context.Context, d *dev) (err error) {
	if n.outbound, n.strangers, n.notices, err = n.config.Fetchers(d != nil); err != nil {
		return err
	}
	n.audit = audit.NewRecorder(n.db, audit.Options{Counter: n.metrics, Log: n.log, Describe: describe, Network: network})
	n.clock = &clock{ahead: n.db.Ahead, log: n.log}
	n.lastUsed = clients.NewLastUsed(n.db, n.log)
	n.sessions = session.New(n.db, n.sessionOptions())
	n.pages, err = templates.New(n.config.Branding.Brand(n.base))
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
