package ephemeral

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Second keeps values while Redis is away. It remembers what was taken, also what it never had: Get
// and Take return storage.ErrSpent for that.
type Second interface {
	storage.Ephemeral
	// Until returns when the last of its values expires.
	Until(ctx context.Context) (time.Time, error)
}

// Fallback keeps values in Redis, and in a second store while Redis is away. For a while after this
// node put a value there, the second store is asked first, since it knows better: Redis comes back
// with what it held before. A value of another node's is found when Redis has none.
//
// A node that still reaches Redis while another does not may read what is older there. That denies
// and repeats, as losing a value does, and gains nothing.
type Fallback struct {
	first  storage.Ephemeral
	second Second
	until  atomic.Int64 // the second store knows better, in milliseconds
}

var _ storage.Ephemeral = (*Fallback)(nil)

// secondLife is longer than any sign-in takes. Of what lives longer, an older value does.
const secondLife = time.Hour

// NewFallback returns a store that keeps values in first, and in second while first is away.
func NewFallback(ctx context.Context, first storage.Ephemeral, second Second) (*Fallback, error) {
	until, err := second.Until(ctx)
	if err != nil {
		return nil, err
	}
	f := &Fallback{first: first, second: second}
	f.until.Store(min(until.UnixMilli(), time.Now().Add(secondLife).UnixMilli()))
	return f, nil
}

// Put stores value under key for ttl. A ttl that is over already stores nothing.
func (f *Fallback) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	err := f.first.Put(ctx, key, value, ttl)
	if away(err) {
		return f.noting(f.second.Put(ctx, key, value, ttl))
	}
	if err == nil && f.knowsBetter() {
		return f.second.Put(ctx, key, nil, 0) // what it has is older
	}
	return err
}

// Get returns the value, or storage.ErrNotFound; storage.ErrUnavailable while Redis, which may hold
// it, is away.
func (f *Fallback) Get(ctx context.Context, key string) ([]byte, error) {
	if f.knowsBetter() {
		value, err := f.second.Get(ctx, key)
		if !errors.Is(err, storage.ErrNotFound) {
			return value, spentIsGone(err)
		}
		return f.first.Get(ctx, key)
	}
	value, err := f.first.Get(ctx, key)
	if err == nil {
		return value, nil
	}
	other, missing := f.second.Get(ctx, key)
	if errors.Is(missing, storage.ErrNotFound) {
		return nil, err
	}
	return other, spentIsGone(missing)
}

// Take returns and removes the value, or storage.ErrNotFound; while Redis is away that is so for
// what it holds, too, and remains so when it is back. The second store is always asked: a Redis that
// seemed to be away may have kept the value as well, and one copy only may be taken.
func (f *Fallback) Take(ctx context.Context, key string) ([]byte, error) {
	value, err := f.first.Take(ctx, key)
	if away(err) {
		value, err = f.second.Take(ctx, key)
		return value, spentIsGone(f.noting(err))
	}
	if !f.secondKnows(ctx, key) {
		return value, err
	}
	newer, missing := f.second.Take(ctx, key)
	if errors.Is(missing, storage.ErrNotFound) {
		return value, err
	}
	return newer, spentIsGone(missing)
}

// Add notes key for ttl, or returns storage.ErrSpent when it has been noted. What only Redis knows of
// is not known while it is away.
func (f *Fallback) Add(ctx context.Context, key string, ttl time.Duration) error {
	err := f.first.Add(ctx, key, ttl)
	if away(err) {
		return f.noting(f.second.Add(ctx, key, ttl))
	}
	if err != nil || !f.knowsBetter() {
		return err
	}
	switch _, err := f.second.Get(ctx, key); {
	case err == nil:
		return storage.ErrSpent
	case errors.Is(err, storage.ErrNotFound):
		return nil
	default:
		return err
	}
}

func (f *Fallback) secondKnows(ctx context.Context, key string) bool {
	_, err := f.second.Get(ctx, key)
	return !errors.Is(err, storage.ErrNotFound)
}

func (f *Fallback) knowsBetter() bool { return time.Now().UnixMilli() < f.until.Load() }

// noting passes on what the second store said, and notes that it knows better from now on. A caller
// that has disconnected reached neither store and says nothing.
func (f *Fallback) noting(err error) error {
	if !away(err) {
		f.until.Store(time.Now().Add(secondLife).UnixMilli())
	}
	return err
}

func away(err error) bool { return errors.Is(err, storage.ErrUnavailable) }

func spentIsGone(err error) error {
	if errors.Is(err, storage.ErrSpent) {
		return storage.ErrNotFound
	}
	return err
}
