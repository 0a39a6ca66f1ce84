package server

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/web"
)

// rates count events in one of the stores.
type rates interface {
	Count(ctx context.Context, key string, l storage.Limit) (time.Duration, error)
}

// Counter adapts a store's rates to web's, under keys of one issuer.
type Counter struct {
	Rates  rates
	prefix string
}

var _ web.Counter = Counter{}

// Count counts one event.
func (c Counter) Count(ctx context.Context, key string, events int, per time.Duration) (time.Duration, error) {
	return c.Rates.Count(ctx, c.prefix+key, storage.Limit{Events: events, Per: per})
}

// parkLimiter counts in this process: to ask Redis about each request would cost more than to park it.
func parkLimiter() *web.Limiter {
	counts := ephemeral.NewCounts()
	counts.Owner = owner
	return &web.Limiter{Counter: Counter{Rates: counts}}
}
