package ephemeral

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"github.com/symbolon-id/symbolon/storage"
)

// How long one call may wait for Redis. A count has a fallback; a value has none, and without it
// a user must start again.
const (
	patience      = 600 * time.Millisecond
	countPatience = 100 * time.Millisecond
)

// Redis keeps values in a Redis server or cluster, shared by all nodes. Whatever Redis does to
// them – forget, bring back, stay silent – can only deny: authority is in the durable store.
type Redis struct {
	client  redis.UniversalClient
	script  *redis.Script
	breaker breaker
	Local   *Counts // counts while Redis does not
	// CountPatience is how long a count may take before Local counts instead: a limit must not cost a page
	// what it is there to spare it.
	CountPatience time.Duration
}

var _ storage.Ephemeral = (*Redis)(nil)

// NewRedis returns a store on the Redis of url, whose forms errURL lists. The server need not be up:
// an error is a url that cannot be used, or one that a server which answers contradicts. Its text
// never repeats the password.
func NewRedis(ctx context.Context, url string) (*Redis, error) {
	options, err := parseURL(url)
	if err != nil {
		return nil, fmt.Errorf("redis_url: %w", err)
	}
	logging.Disable() // plain lines on stderr that repeat what the errors say
	r := &Redis{client: redis.NewUniversalClient(options), script: redis.NewScript(gcra), Local: NewCounts(), CountPatience: countPatience}
	warm, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	// Connecting and learning a cluster's slots takes longer than a page's patience.
	if err := r.check(warm); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Put stores value under key for ttl. A ttl that is over already stores nothing.
func (r *Redis) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return r.ask(ctx, "put", patience, func(ctx context.Context) error {
		if ttl <= 0 { // SET without PX would keep it for ever
			return r.client.Del(ctx, valueKey(key)).Err()
		}
		return r.client.Set(ctx, valueKey(key), value, max(ttl, time.Millisecond)).Err()
	})
}

// Get returns the value, or storage.ErrNotFound.
func (r *Redis) Get(ctx context.Context, key string) (value []byte, err error) {
	err = r.ask(ctx, "get", patience, func(ctx context.Context) (err error) {
		value, err = r.client.Get(ctx, valueKey(key)).Bytes()
		return err
	})
	return value, err
}

// Take returns the value and removes it, or storage.ErrNotFound. After an error the value may be
// lost.
func (r *Redis) Take(ctx context.Context, key string) (value []byte, err error) {
	err = r.ask(ctx, "take", patience, func(ctx context.Context) (err error) {
		value, err = r.client.GetDel(ctx, valueKey(key)).Bytes()
		return err
	})
	return value, err
}

// Add notes key for ttl, or returns storage.ErrSpent when it has been noted. A ttl that is over
// already notes nothing.
func (r *Redis) Add(ctx context.Context, key string, ttl time.Duration) error {
	if ttl <= 0 { // SET without PX would keep it for ever
		return nil
	}
	err := r.ask(ctx, "add", patience, func(ctx context.Context) error {
		return r.client.SetArgs(ctx, valueKey(key), "", redis.SetArgs{Mode: "NX", TTL: max(ttl, time.Millisecond)}).Err()
	})
	if errors.Is(err, storage.ErrNotFound) { // what Redis says when NX did not hold
		return storage.ErrSpent
	}
	return err
}

// Ping returns nil when Redis takes a value.
func (r *Redis) Ping(ctx context.Context) error { return r.Put(ctx, "ping", nil, time.Second) }

// Close ends the connections.
func (r *Redis) Close() error { return r.client.Close() }

// ask runs one command within its patience and makes its error one of storage's. READONLY, LOADING,
// NOAUTH and the like are an outage as much as silence is.
func (r *Redis) ask(ctx context.Context, what string, patience time.Duration, command func(context.Context) error) error {
	if !r.breaker.allows(time.Now()) {
		return fmt.Errorf("%s: redis has not answered lately: %w", what, storage.ErrUnavailable)
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := command(limited)
	missing := err == redis.Nil // wrapped, a Sentinel says so of its master
	answered := err == nil || missing || answerOf(err) != ""
	if ctx.Err() == nil { // a caller who went away says nothing about Redis
		r.breaker.report(answered, time.Now())
	}
	if cluster, ok := r.client.(*redis.ClusterClient); ok && err != nil && !missing {
		cluster.ReloadState(ctx) // which by itself waits a minute, when a master has died
	}
	switch {
	case missing:
		return storage.ErrNotFound
	case err != nil:
		return fmt.Errorf("%s: %w: %w", what, storage.ErrUnavailable, err)
	}
	return nil
}

// valueKey hides names, which may hold handles and addresses: Redis sees their digests only.
func valueKey(name string) string { return "symbolon:v:" + digest(name) }
func countKey(name string) string { return "symbolon:n:" + digest(name) }

func digest(name string) string {
	return base64.RawURLEncoding.EncodeToString(storage.Digest(name))
}
