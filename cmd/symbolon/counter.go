package main

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

// counter adapts a store's rates to web's, under keys of one issuer.
type counter struct {
	rates  rates
	prefix string
}

var _ web.Counter = counter{}

// Count counts one event.
func (c counter) Count(ctx context.Context, key string, events int, per time.Duration) (time.Duration, error) {
	return c.rates.Count(ctx, c.prefix+key, storage.Limit{Events: events, Per: per})
}

// parkLimiter counts in this process: to ask Redis about each request would cost more than to park it.
func parkLimiter() *web.Limiter {
	counts := ephemeral.NewCounts()
	counts.Owner = owner
	return &web.Limiter{Counter: counter{rates: counts}}
}
