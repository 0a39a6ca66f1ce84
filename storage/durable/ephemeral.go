package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Ephemeral keeps for a short time what Redis would, while it is away. It differs from other
// stores in that it remembers what was taken: Get and Take return storage.ErrSpent for that, even
// when the value was elsewhere.
type Ephemeral struct{ d *DB }

var _ storage.Ephemeral = Ephemeral{}

// Ephemeral returns the store of short-lived values.
func (d *DB) Ephemeral() Ephemeral { return Ephemeral{d} }

// takenFor is how long a taken key is remembered: longer than any value lives that is taken.
const takenFor = time.Hour

// What the column taken says.
const (
	held = iota
	taken
	absent // taken, but there was no value
)

// Put stores value under key for ttl. A ttl that is over already removes what was there.
func (e Ephemeral) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	digest, until := storage.Digest(key), ms(e.d.Clock.Now().Add(ttl))
	query, args := `INSERT INTO ephemeral (key, value, taken, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value, taken = excluded.taken, expires_at = excluded.expires_at`,
		[]any{digest, blob(value), int64(held), until}
	if ttl <= 0 {
		query, args = `DELETE FROM ephemeral WHERE key = $1`, []any{digest}
	}
	if _, err := e.d.exec(ctx, query, args...); err != nil {
		return fmt.Errorf("put: %w", err)
	}
	return nil
}

// Get returns the value, or storage.ErrNotFound, or storage.ErrSpent when it was taken.
func (e Ephemeral) Get(ctx context.Context, key string) (value []byte, err error) {
	var state int64
	err = e.d.queryRow(ctx, `SELECT value, taken FROM ephemeral WHERE key = $1 AND expires_at > $2`,
		[]any{storage.Digest(key), ms(e.d.Clock.Now())}, &value, &state)
	if err == nil && state != held {
		err = storage.ErrSpent
	}
	if err != nil {
		return nil, fmt.Errorf("get: %w", err)
	}
	return value, nil
}

// Take takes the key. Of many callers one gets the value, or storage.ErrNotFound when there is none
// here, and the others storage.ErrSpent.
func (e Ephemeral) Take(ctx context.Context, key string) (value []byte, err error) {
	now, state := e.d.Clock.Now(), int64(absent)
	err = e.d.queryRow(ctx, `INSERT INTO ephemeral (key, value, taken, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at,
			taken = CASE WHEN ephemeral.expires_at > $5 THEN $6 ELSE excluded.taken END
		WHERE ephemeral.taken = $7 OR ephemeral.expires_at <= $5
		RETURNING value, taken`,
		[]any{storage.Digest(key), blob(nil), state, ms(now.Add(takenFor)), ms(now), int64(taken), int64(held)}, &value, &state)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		err = storage.ErrSpent
	case err == nil && state == absent:
		err = storage.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("take: %w", err)
	}
	return value, nil
}

// Add notes key for ttl, or returns storage.ErrSpent when it has been noted.
func (e Ephemeral) Add(ctx context.Context, key string, ttl time.Duration) error {
	if ttl <= 0 {
		return nil
	}
	now := e.d.Clock.Now()
	err := e.d.execOne(ctx, storage.ErrSpent, `INSERT INTO ephemeral (key, value, taken, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value, taken = excluded.taken, expires_at = excluded.expires_at
		WHERE ephemeral.expires_at <= $5`,
		storage.Digest(key), blob(nil), int64(held), ms(now.Add(ttl)), ms(now))
	if err != nil {
		return fmt.Errorf("add: %w", err)
	}
	return nil
}

// Until returns when the last of all values and notes expires, the zero time when there is none.
func (e Ephemeral) Until(ctx context.Context) (until time.Time, err error) {
	err = e.d.queryRow(ctx, `SELECT COALESCE(MAX(expires_at), 0) FROM ephemeral`, nil, instant{&until})
	if err != nil {
		return time.Time{}, fmt.Errorf("read short-lived values: %w", err)
	}
	return until, nil
}
