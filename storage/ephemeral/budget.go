package ephemeral

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/storage"
)

const budgetBytes = 128 << 20 // of keys and values that one node has kept elsewhere

// Budget bounds what one node lets be kept in a store that is not its own memory, by the same rule as
// Memory: those who hold the most make room. It knows what this process has put, and nothing of the
// values of other nodes. What is only noted (Add) is not counted: it is small, and only a
// request that is right in everything else gets there.
type Budget struct {
	Store storage.Ephemeral
	Owner func(ctx context.Context) string // as that of Counts
	Clock clock.Clock

	mu sync.Mutex // guards ledger
	ledger
}

var _ storage.Ephemeral = (*Budget)(nil)

// NewBudget returns a budget for what is put into store from now on.
func NewBudget(store storage.Ephemeral, owner func(ctx context.Context) string) *Budget {
	return &Budget{Store: store, Owner: owner, ledger: newLedger(budgetBytes)}
}

// Put stores value under key for ttl.
func (b *Budget) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	e := &entry{key: key, held: len(value)}
	if e.size() > b.room {
		return fmt.Errorf("put: value of %d bytes: %w", len(value), storage.ErrUnavailable)
	}
	for _, gone := range b.book(ctx, e, ttl) {
		if err := b.Store.Put(ctx, gone, nil, 0); err != nil {
			return err
		}
	}
	return b.Store.Put(ctx, key, value, ttl)
}

func (b *Budget) book(ctx context.Context, e *entry, ttl time.Duration) (gone []string) {
	owner, now := b.Owner(ctx), b.Clock.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if ttl <= 0 {
		b.remove(b.entries[e.key])
		return nil
	}
	e.expires = now.Add(ttl)
	return b.enter(owner, e, now)
}

// Get returns the value, or storage.ErrNotFound.
func (b *Budget) Get(ctx context.Context, key string) ([]byte, error) { return b.Store.Get(ctx, key) }

// Take returns and removes the value, or storage.ErrNotFound.
func (b *Budget) Take(ctx context.Context, key string) ([]byte, error) {
	b.mu.Lock()
	b.remove(b.entries[key])
	b.mu.Unlock()
	return b.Store.Take(ctx, key)
}

// Add notes key for ttl, or returns storage.ErrSpent.
func (b *Budget) Add(ctx context.Context, key string, ttl time.Duration) error {
	return b.Store.Add(ctx, key, ttl)
}
