package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/symbolon-id/symbolon/web"

	"github.com/symbolon-id/symbolon/config"
)

func (p *program) serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the server in production", Args: cobra.NoArgs,
		Long: "Run the server in production. serve rejects unsafe configuration and explains how to fix it.\n" +
			"On SIGTERM it reports not ready, finishes requests in progress, and exits.",
		Example: "  symbolon serve --config /etc/symbolon/symbolon.yaml",
	}
	config.AddFlags(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		conf, err := p.valid(cmd, config.Serve)
		if err != nil {
			return err
		}
		log := conf.Log.Logger(cmd.ErrOrStderr(), isTerminal(cmd.ErrOrStderr()))
		server, err := newProcess(cmd.Context(), conf, log, nil)
		if err != nil {
			return err
		}
		for _, hint := range conf.Hints() {
			log.Warn(hint)
		}
		return server.run(cmd.Context(), func(public net.Addr) {
			log.Info("serving", "version", buildVersion().Version, "issuer", conf.Issuer, "listen", public.String(), "database", config.ShownDatabase(conf.DatabaseURL))
		})
	}
	return cmd
}

// run serves until ctx ends, drains, and stops everything in the reverse order of its building:
// requests first, then what works in the background, then the stores.
func (p *process) run(ctx context.Context, ready func(public net.Addr)) error {
	public, err := p.publicTLS()
	if err != nil {
		return errors.Join(err, p.close(ctx))
	}
	mutual, err := p.mutualTLS()
	if err != nil {
		return errors.Join(err, p.close(ctx))
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := p.background(background)
	err = web.Serve(ctx, web.ServerOptions{
		TLS: public, Mutual: mutual,
		Listen: p.config.Listen, Handler: p.issuer.mux,
		MetricsListen: p.config.MetricsListen, MetricsHandler: web.Backstage(p.metrics, p.health),
		Log:        p.log,
		OnListen:   func(public, _ net.Addr) { ready(public) },
		OnDrain:    p.health.Drain,
		DrainDelay: p.config.Drain / 2, GraceTimeout: 30 * time.Second,
	})
	stop()
	done.Wait()
	return errors.Join(err, p.close(context.WithoutCancel(ctx)))
}

// background starts what works beside the requests.
func (p *process) background(ctx context.Context) *sync.WaitGroup {
	var running sync.WaitGroup
	for _, work := range append(p.issuer.background(), p.clock.Run, p.sweep) {
		running.Go(func() { work(ctx) })
	}
	return &running
}

const (
	sweepEvery = time.Minute

	unusedClientLife = 7 * 24 * time.Hour
	unusedClients    = 20_000 // at most
)

// sweep removes expired rows, a small batch at a time so that nobody waits for it. Expiry itself is
// judged whenever a row is read.
func (p *process) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := p.sweepAll(ctx); err != nil && ctx.Err() == nil {
				p.log.LogAttrs(ctx, slog.LevelWarn, "sweep expired rows", slog.Any("error", err))
			}
		}
	}
}

func (p *process) sweepAll(ctx context.Context) error {
	// Software registers itself again when it comes back; only who never got anything is forgotten.
	if _, err := p.db.SweepUnusedClients(ctx, time.Now().Add(-unusedClientLife), unusedClients); err != nil {
		return err
	}
	_, err := p.db.Sweep(ctx, time.Now())
	return err
}

// close stores what is still in memory and releases the stores.
func (p *process) close(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	err = p.issuer.close(ctx)
	if p.redis != nil {
		err = errors.Join(err, p.redis.Close())
	}
	if p.db != nil {
		err = errors.Join(err, p.db.Close())
	}
	return err
}
