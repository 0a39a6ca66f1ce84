package ephemeral

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Sealer encrypts and authenticates; purpose is bound to what it seals.
type Sealer interface {
	Seal(purpose string, plaintext []byte) []byte
	Open(purpose string, sealed []byte) ([]byte, error)
}

// Sealed seals every value under its key, so that an attacker who can write to the store can neither
// forge a value nor move one to another key, and a reply that belongs to another key is not
// believed. What does not open is not found.
type Sealed struct {
	Store  storage.Ephemeral
	Sealer Sealer
}

var _ storage.Ephemeral = Sealed{}

// Put stores value, sealed, under key for ttl.
func (s Sealed) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return s.Store.Put(ctx, key, s.Sealer.Seal(purpose(key), value), ttl)
}

// Get returns the value, or storage.ErrNotFound.
func (s Sealed) Get(ctx context.Context, key string) ([]byte, error) {
	return s.open(key)(s.Store.Get(ctx, key))
}

// Take returns and removes the value, or storage.ErrNotFound.
func (s Sealed) Take(ctx context.Context, key string) ([]byte, error) {
	return s.open(key)(s.Store.Take(ctx, key))
}

// Add notes key for ttl, or returns storage.ErrSpent. There is nothing to seal.
func (s Sealed) Add(ctx context.Context, key string, ttl time.Duration) error {
	return s.Store.Add(ctx, key, ttl)
}

func (s Sealed) open(key string) func([]byte, error) ([]byte, error) {
	return func(sealed []byte, err error) ([]byte, error) {
		if err != nil {
			return nil, err
		}
		value, err := s.Sealer.Open(purpose(key), sealed)
		if err != nil {
			return nil, storage.ErrNotFound
		}
		return value, nil
	}
}

func purpose(key string) string { return "ephemeral:" + key }
