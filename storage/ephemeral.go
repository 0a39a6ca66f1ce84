package storage

import (
	"context"
	"time"
)

// Ephemeral keeps values that may be lost: losing one makes a user start again, and never gains
// anyone anything. Every operation concerns one key and is atomic on it.
type Ephemeral interface {
	// Put stores value under key for ttl, replacing what was there.
	Put(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Get returns the value, or ErrNotFound.
	Get(ctx context.Context, key string) ([]byte, error)
	// Take returns and removes the value; of many callers one gets it, the others ErrNotFound.
	Take(ctx context.Context, key string) ([]byte, error)
	// Add notes key for ttl; of many callers one gets nil, the others ErrSpent. A key is either
	// noted or has a value, never both.
	Add(ctx context.Context, key string, ttl time.Duration) error
}

// Limit is a rate: Events in Per, with the whole of Events allowed as a burst.
type Limit struct {
	Events int
	Per    time.Duration
}
