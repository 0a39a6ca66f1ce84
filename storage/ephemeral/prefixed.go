package ephemeral

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Prefixed keeps the values of one issuer apart from those of others in the same store: a link or a
// request of one is not found by another.
type Prefixed struct {
	Store  storage.Ephemeral
	Prefix string
}

var _ storage.Ephemeral = Prefixed{}

// Put stores value under key for ttl.
func (p Prefixed) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return p.Store.Put(ctx, p.Prefix+key, value, ttl)
}

// Get returns the value, or storage.ErrNotFound.
func (p Prefixed) Get(ctx context.Context, key string) ([]byte, error) {
	return p.Store.Get(ctx, p.Prefix+key)
}

// Take returns and removes the value, or storage.ErrNotFound.
func (p Prefixed) Take(ctx context.Context, key string) ([]byte, error) {
	return p.Store.Take(ctx, p.Prefix+key)
}

// Add notes key for ttl, or returns storage.ErrSpent.
func (p Prefixed) Add(ctx context.Context, key string, ttl time.Duration) error {
	return p.Store.Add(ctx, p.Prefix+key, ttl)
}
