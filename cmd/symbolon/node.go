package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/agents"
	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/consent"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/devuser"
	"github.com/symbolon-id/symbolon/login/magiclink"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/provider"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// node is one running server: everything it is made of, built from top to bottom by newNode.
type node struct {
	config  Config
	log     *slog.Logger
	base    string // path of the issuer
	browser web.Browser

	db        *durable.DB
	redis     *ephemeral.Redis // nil: process memory
	ephemeral storage.Ephemeral
	counter   web.Counter

	sealer   *keys.Sealer
	ring     *keys.Ring
	metrics  *web.Metrics
	health   *web.Health
	audit    *audit.Recorder
	pages    *templates.Pages
	queue    *mail.Queue
	worker   *mail.Worker
	sessions *session.Sessions
	lastUsed *agents.LastUsed
	login    *login.Flow
	consent  *consent.Asker
	provider *provider.Provider
	mux      *web.Mux
}

// dev is what symbolon dev adds to a node; nil in production.
type dev struct{ mailbox *mail.Mailbox }

// newNode builds a server that is ready to serve. What it opened is closed by close.
func newNode(ctx context.Context, config Config, log *slog.Logger, d *dev) (n *node, err error) {
	issuer, err := url.Parse(config.Issuer)
	if err != nil {
		return nil, fmt.Errorf("issuer: %w", err)
	}
	n = &node{
		config: config, log: log,
		base:    strings.TrimSuffix(issuer.EscapedPath(), "/"),
		browser: web.Browser{Secure: issuer.Scheme == "https"},
		metrics: web.NewMetrics(),
	}
	for _, build := range []func(context.Context, *dev) error{
		n.openStores, n.openKeys, n.buildGround, n.buildMail, n.buildFeatures,
	} {
		if err := build(ctx, d); err != nil {
			return nil, errors.Join(err, n.close(ctx))
		}
	}
	n.mount(issuer, d)
	return n, nil
}

func (n *node) openStores(ctx context.Context, _ *dev) (err error) {
	if n.db, err = durable.Open(ctx, n.config.DatabaseURL); err != nil {
		return err
	}
	if err := readySchema(ctx, n.config.DatabaseURL, n.db); err != nil {
		return err
	}
	if n.sealer, err = n.config.sealer(); err != nil {
		return err
	}
	if n.config.RedisURL == "" {
		n.ephemeral, n.counter = ephemeral.NewMemory(), counter{ephemeral.NewCounts()}
		return nil
	}
	if n.redis, err = ephemeral.NewRedis(ctx, n.config.RedisURL); err != nil {
		return err
	}
	n.ephemeral = ephemeral.Sealed{Store: n.redis, Sealer: n.sealer}
	n.counter = counter{n.redis}
	return nil
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

func (n *node) openKeys(ctx context.Context, _ *dev) error {
	options := n.config.ringOptions()
	options.Log = n.log
	n.ring = keys.NewRing(n.db, n.sealer, options)
	return n.ring.Load(ctx)
}

// buildGround builds what every feature stands on.
func (n *node) buildGround(_ context.Context, _ *dev) (err error) {
	n.audit = audit.NewRecorder(n.db, audit.Options{Counter: n.metrics, Log: n.log, Describe: describe})
	n.lastUsed = agents.NewLastUsed(n.db, n.log)
	n.sessions = session.New(n.db, session.Options{
		Secure: n.browser.Secure, Idle: n.config.Session.Idle, Absolute: n.config.Session.Absolute,
	})
	n.pages, err = templates.New(n.config.brand(n.base))
	return err
}

// describe adds to an audit event what its request knows.
func describe(ctx context.Context, e *audit.Event) {
	e.TraceID = web.TraceID(ctx)
	if ip := web.ClientIP(ctx); ip.IsValid() {
		e.IP = ip.String()
	}
}

func (n *node) buildMail(_ context.Context, d *dev) error {
	n.queue = mail.NewQueue(n.db, n.sealer)
	transports := transports{}
	if d != nil {
		transports = append(transports, d.mailbox)
	}
	if n.config.SMTPURL != "" {
		smtp, err := mail.NewSMTP(n.config.SMTPURL)
		if err != nil {
			return err
		}
		transports = append(transports, smtp)
	}
	n.worker = &mail.Worker{
		Queue: n.queue, Transport: transports, From: n.config.MailFrom, Wanted: n.wanted, Log: n.log,
		Report: func(o mail.Outcome) { n.metrics.Mail(string(o)) },
	}
	return nil
}

// transports deliver one after the other: in development the mailbox shows what SMTP sends as well.
type transports []mail.Transport

func (t transports) Deliver(ctx context.Context, from string, m mail.Message) error {
	for _, transport := range t {
		if err := transport.Deliver(ctx, from, m); err != nil {
			return err
		}
	}
	return nil
}

// wanted keeps mail from people who are disabled and, if it is for users only, from strangers.
func (n *node) wanted(ctx context.Context, m mail.Message) (bool, error) {
	user, err := n.db.UserByEmail(ctx, m.To)
	if errors.Is(err, storage.ErrNotFound) {
		return !m.KnownOnly, nil
	}
	return err == nil && user.DisabledAt.IsZero(), err
}

// buildFeatures builds what people and applications came for. A new login method is one line in
// methods, a new interaction one element of Interactions.
func (n *node) buildFeatures(_ context.Context, d *dev) (err error) {
	requests := &interaction.Store{Ephemeral: n.ephemeral, Browser: n.browser}
	limiter := web.Limiter{Counter: n.counter}
	n.login = &login.Flow{
		Base: n.base, Methods: n.methods(limiter, d), Policy: login.DefaultPolicy(), Users: n.db,
		Sessions: n.sessions, Requests: requests, Pages: n.pages, Audit: n.audit,
	}
	n.consent = &consent.Asker{
		Base: n.base, Store: n.db, Sessions: n.sessions, Requests: requests, Pages: n.pages, Audit: n.audit,
	}
	n.provider, err = provider.New(n.config.provider(d != nil), provider.Deps{
		Clients: n.db, Grants: n.db, Tokens: n.db, Keys: n.ring, Sealer: n.sealer,
		Sessions: n.sessions, Requests: requests, Interactions: []provider.Interaction{n.login, n.consent},
		Pages: n.pages, Audit: n.audit, Metrics: n.metrics, SecretUse: n.lastUsed, Limiter: &limiter,
	})
	return err
}

func (n *node) methods(limiter web.Limiter, d *dev) []login.Method {
	methods := []login.Method{
		&magiclink.Method{
			Issuer: n.config.Issuer, Registration: n.config.SelfRegistration, Ephemeral: n.ephemeral,
			Mailer: n.queue, Letters: n.pages, Limiter: limiter, Failures: n.db,
		},
	}
	if d != nil {
		methods = append(methods, &devuser.Method{Users: n.db})
	}
	return methods
}

func (c Config) provider(dev bool) provider.Config {
	return provider.Config{
		Issuer: c.Issuer, AccessTokenTTL: c.Tokens.AccessTTL, AgentAccessTokenTTL: c.Tokens.AgentAccessTTL,
		IDTokenTTL: c.Tokens.IDTTL, CodeTTL: time.Minute, RefreshIdle: c.Tokens.RefreshIdle,
		RefreshAbsolute: c.Tokens.RefreshAbsolute, RefreshRetry: c.Tokens.RefreshRetry, Dev: dev,
	}
}

// mount gives every feature its routes.
func (n *node) mount(issuer *url.URL, d *dev) {
	n.health = web.NewHealth(n.checks()...)
	n.mux = web.NewMux(web.MuxOptions{
		ErrorPage: n.errorPage, Log: n.log, Metrics: n.metrics, Proxies: n.config.TrustedProxies,
		Origin: issuer.Scheme + "://" + issuer.Host,
	})
	n.mux.Plain("GET /livez", n.health.Live())
	n.mux.Plain("GET /readyz", n.health.Ready())
	n.mux.Static(n.base+templates.StaticPrefix, n.pages.Static())
	n.login.Mount(n.mux)
	n.consent.Mount(n.mux)
	n.provider.Mount(n.mux)
	if d != nil {
		n.mountDev(d)
	}
}

func (n *node) checks() []web.Check {
	checks := []web.Check{
		{Reason: "database", Hard: true, Probe: n.db.Ready},
		{Reason: "signing_key", Hard: true, Probe: func(context.Context) error { return n.ring.Ready() }},
		{Reason: "smtp", Probe: func(context.Context) error {
			if n.worker.Failing() {
				return errors.New("mail is not delivered")
			}
			return nil
		}},
	}
	if n.redis != nil {
		checks = append(checks, web.Check{Reason: "redis", Probe: n.redis.Ping})
	}
	return checks
}

// errorPage shows what a feature refused without a page of its own.
func (n *node) errorPage(w http.ResponseWriter, r *http.Request, e *web.Error) {
	page := templates.Error{Status: e.Status, Title: e.Title, Message: e.Message, Code: e.Code, TraceID: web.TraceID(r.Context())}
	if e.Status == http.StatusNotFound {
		page.WayText, page.WayURL = "Go to your account", n.base+"/account"
	}
	_ = n.pages.Render(w, e.Status, page)
}
