package storage

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"time"
)

// Kept keeps values of one kind for a while, as JSON: a field of T may be added, never renamed. What
// could be used by a reader of the store, such as a bearer value, is no key: its KeyOf is.
type Kept[T any] struct {
	Store  Ephemeral
	Prefix string // of every key: "device:"
}

// Put keeps value for life, in place of what was there; ErrNotFound when its life is over.
func (k Kept[T]) Put(ctx context.Context, key string, value T, life time.Duration) error {
	if life <= 0 {
		return ErrNotFound
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode %s %w", k.Prefix, err)
	}
	if err := k.Store.Put(ctx, k.Prefix+key, text, life); err != nil {
		return fmt.Errorf("keep %s %w", k.Prefix, err)
	}
	return nil
}

// Get returns the value, or ErrNotFound.
func (k Kept[T]) Get(ctx context.Context, key string) (T, error) {
	text, err := k.Store.Get(ctx, k.Prefix+key)
	return k.decode(text, err)
}

// Take returns and removes the value; of many callers one gets it, the others ErrNotFound.
func (k Kept[T]) Take(ctx context.Context, key string) (T, error) {
	text, err := k.Store.Take(ctx, k.Prefix+key)
	return k.decode(text, err)
}

func (k Kept[T]) decode(text []byte, err error) (value T, _ error) {
	if err != nil {
		return value, fmt.Errorf("find %s %w", k.Prefix, err)
	}
	if err := json.Unmarshal(text, &value); err != nil {
		return value, fmt.Errorf("decode %s %w", k.Prefix, err)
	}
	return value, nil
}

// Bound keeps values that one browser each may open, even if others learn their keys.
type Bound[T interface {
	BoundTo(browser string) bool
	Expired(now time.Time) bool
}] struct{ Kept[T] }

// Open returns the value; ErrNotFound when there is none, it has expired, or it is another browser's.
func (b Bound[T]) Open(ctx context.Context, key, browser string, now time.Time) (T, error) {
	value, err := b.Get(ctx, key)
	if err == nil && (value.Expired(now) || !value.BoundTo(browser)) {
		err = ErrNotFound
	}
	return value, err
}

// Binding is embedded in a value that is for one browser, until a time.
type Binding struct {
	Browser   []byte    `json:"browser"` // digest of its id
	ExpiresAt time.Time `json:"expires_at"`
}

// Bind returns the binding to the browser with this id.
func Bind(browser string, until time.Time) Binding {
	return Binding{Browser: Digest(browser), ExpiresAt: until}
}

// BoundTo reports whether the value is for the browser with this id; no value is for one without.
func (b Binding) BoundTo(browser string) bool {
	return browser != "" && subtle.ConstantTimeCompare(b.Browser, Digest(browser)) == 1
}

// Expired reports whether the time is over, whatever the store's clock says.
func (b Binding) Expired(now time.Time) bool { return !now.Before(b.ExpiresAt) }
