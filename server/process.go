package server

import (
	"context"
	"errors"
	"log/slog"

	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/web"
)

// Server is one running server: what its issuer uses, and would share with further ones.
type Server struct {
	config config.Config
	log    *slog.Logger
	dev    *Dev // nil in production

	db        *durable.DB
	redis     *ephemeral.Redis // nil: process memory
	ephemeral storage.Ephemeral
	rates     rates
	sealer    *keys.Sealer
	clock     *clock
	metrics   *web.Metrics
	health    *web.Health

	Issuer *issuer
}

// New builds a server that is ready to serve. What it opened is closed by Close.
func New(ctx context.Context, conf config.Config, log *slog.Logger, d *Dev) (*Server, error) {
	p := &Server{config: conf, log: log, dev: d, metrics: web.NewMetrics()}
	if err := p.build(ctx); err != nil {
		return nil, errors.Join(err, p.Close(ctx))
	}
	return p, nil
}

func (p *Server) build(ctx context.Context) (err error) {
	if err := p.openDatabase(ctx); err != nil {
		return err
	}
	if p.sealer, err = p.config.Sealer(); err != nil {
		return err
	}
	if err := p.openEphemeral(ctx); err != nil {
		return err
	}
	p.reportEngine()
	p.clock = &clock{ahead: p.db.Ahead, log: p.log}
	if p.Issuer, err = newIssuer(ctx, p, description{AuthorizationServer: p.config.AuthorizationServer, db: p.db}); err != nil {
		return err
	}
	p.health = web.NewHealth(p.checks()...)
	p.Issuer.mux.Plain("GET /livez", p.health.Live())
	p.Issuer.mux.Plain("GET /readyz", p.health.Ready())
	return nil
}

// reportEngine says what signs.
func (p *Server) reportEngine() {
	engine, err := keys.Engine()
	if err != nil {
		p.log.Warn("OpenSSL does not sign", "engine", engine, "error", err)
	}
	p.metrics.SigningEngine(engine)
}

func (p *Server) openDatabase(ctx context.Context) (err error) {
	if !config.Exists(p.config.DatabaseURL) {
		p.log.Info("creating a new database", "database", config.ShownDatabase(p.config.DatabaseURL))
	}
	if p.db, err = durable.Open(ctx, p.config.DatabaseURL); err != nil {
		return err
	}
	if p.db.AuditRetention, err = p.config.Audit.Lifetimes(); err != nil {
		return err
	}
	ready := CheckSchema
	if p.dev != nil || config.IsSQLite(p.config.DatabaseURL) { // no other release uses it
		ready = MigrateSchema
	}
	if err := ready(ctx, p.db); err != nil {
		return err
	}
	if p.dev != nil {
		return nil
	}
	return refuseDemo(ctx, p.db)
}

func (p *Server) openEphemeral(ctx context.Context) (err error) {
	if p.config.RedisURL == "" {
		memory := ephemeral.NewMemory()
		memory.Owner = owner
		p.ephemeral, p.rates = memory, memory
		return nil
	}
	if p.redis, err = ephemeral.NewRedis(ctx, p.config.RedisURL); err != nil {
		return err
	}
	values, err := ephemeral.NewFallback(ctx, p.redis, p.db.Ephemeral())
	if err != nil {
		return err
	}
	p.redis.Local.Owner = owner
	p.ephemeral = ephemeral.NewBudget(ephemeral.Sealed{Store: values, Sealer: p.sealer}, owner)
	p.rates = p.redis
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

func (p *Server) checks() []web.Check {
	checks := []web.Check{{Reason: "database", Hard: true, Probe: p.db.Ready}}
	checks = append(checks, p.Issuer.checks()...)
	checks = append(checks, web.Check{Reason: "clock", Probe: p.clock.Check})
	if p.redis != nil {
		checks = append(checks, web.Check{Reason: "redis", Probe: p.redis.Ping})
	}
	return checks
}
