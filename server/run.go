package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/web"
)

// Run serves until ctx ends, drains, and stops everything in the reverse order of its building:
// requests first, then what works in the background, then the stores.
func (p *Server) Run(ctx context.Context, ready func(public net.Addr)) error {
	public, err := p.publicTLS()
	if err != nil {
		return errors.Join(err, p.Close(ctx))
	}
	mutual, err := p.mutualTLS()
	if err != nil {
		return errors.Join(err, p.Close(ctx))
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := p.background(background)
	err = web.Serve(ctx, web.ServerOptions{
		TLS: public, Mutual: mutual,
		Listen: p.config.Listen, Handler: p.Issuer.mux,
		MetricsListen: p.config.MetricsListen, MetricsHandler: web.Backstage(p.metrics, p.health),
		Log:        p.log,
		OnListen:   func(public, _ net.Addr) { ready(public) },
		OnDrain:    p.health.Drain,
		DrainDelay: p.config.Drain / 2, GraceTimeout: 30 * time.Second,
	})
	stop()
	done.Wait()
	return errors.Join(err, p.Close(context.WithoutCancel(ctx)))
}

// background starts what works beside the requests.
func (p *Server) background(ctx context.Context) *sync.WaitGroup {
	var running sync.WaitGroup
	for _, work := range append(p.Issuer.background(), p.clock.Run, p.sweep) {
		running.Go(func() { work(ctx) })
	}
	return &running
}

const (
	sweepEvery = time.Minute

	unusedClientLife = 7 * 24 * time.Hour
	unusedClients    = 20_000 // at most
)

// sweep removes expired rows, a small batch at a time so that no request waits for it. Expiry itself is
// judged whenever a row is read.
func (p *Server) sweep(ctx context.Context) {
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

func (p *Server) sweepAll(ctx context.Context) error {
	// Software registers itself again when it comes back; only who never got anything is forgotten.
	if _, err := p.db.SweepUnusedClients(ctx, time.Now().Add(-unusedClientLife), unusedClients); err != nil {
		return err
	}
	_, err := p.db.Sweep(ctx, time.Now())
	return err
}

// Close stores what is still in memory and releases the stores.
func (p *Server) Close(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	err = p.Issuer.close(ctx)
	if p.redis != nil {
		err = errors.Join(err, p.redis.Close())
	}
	if p.db != nil {
		err = errors.Join(err, p.db.Close())
	}
	return err
}
