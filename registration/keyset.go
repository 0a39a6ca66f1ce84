package registration

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Bounds of what is asked for and remembered.
const (
	askAgain     = 10 * time.Second // at most so often, whatever anybody says
	keysStaleFor = time.Hour        // keys are used while their site is down
	maxKeySets   = 256              // are remembered for that
	maxKeySet    = 64 << 10         // bytes; more than package keys looks at
)

// keysLimit bounds how often one network can make us ask. It has room for many clients in one cluster.
var keysLimit = web.Limit{Events: 600, Per: time.Minute}

var errNoKeys = errors.New("the client's keys cannot be had")

// KeyFetcher is what KeySets need of package outbound.
type KeyFetcher interface {
	Fetcher
	// Renew makes the next Get ask for itself.
	Renew(rawURL string, limits outbound.Limits)
}

var _ KeyFetcher = (*outbound.Client)(nil)

// KeySets are the keys of registered clients that publish them at an address of their own (jwks_uri).
type KeySets struct {
	Fetch   KeyFetcher
	Limiter web.Limiter
	Clock   clock.Clock // nil: the system's

	mu    sync.Mutex // guards known
	known map[string]keySet
}

// keySet is the last one that a site had.
type keySet struct {
	jwks    []byte
	at      time.Time // it came
	fresh   time.Time // until then, the site says
	renewed time.Time // somebody missed a key in it
}

// KeySet returns the JWK Set at uri as JSON; a thousand callers make one request. anew says that a key
// is missing from it: the site is asked once more, if that was not done just now. While the site is
// down the last set is good for an hour longer. An error says no more than that there is none.
func (k *KeySets) KeySet(ctx context.Context, uri string, anew bool) ([]byte, error) {
	last, good := k.last(uri, anew)
	if good {
		return last.jwks, nil
	}
	next, err := k.fetch(ctx, uri, last)
	switch {
	case err == nil:
		k.remember(uri, next)
		return next.jwks, nil
	case last.jwks != nil && isTemporary(err) && k.Clock.Now().Before(last.fresh.Add(keysStaleFor)):
		return last.jwks, nil
	case errors.Is(err, storage.ErrUnavailable):
		return nil, err
	}
	return nil, noteKeys(ctx, err)
}

// last returns what is known, and whether that will do: no site is asked twice in a moment, but for
// the first who misses a key. Others who miss it wait for the same answer.
func (k *KeySets) last(uri string, anew bool) (last keySet, good bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.Clock.Now()
	last = k.known[uri]
	switch {
	case !anew:
		return last, last.jwks != nil && now.Sub(last.at) < askAgain
	case now.Sub(last.renewed) < askAgain:
		return last, last.jwks != nil && !last.at.Before(last.renewed)
	}
	last.renewed = now
	k.put(uri, last)
	k.Fetch.Renew(uri, outbound.KeySet())
	return last, false
}

// fetch returns last when the answer is still that one.
func (k *KeySets) fetch(ctx context.Context, uri string, last keySet) (keySet, error) {
	if !k.Fetch.Known(uri, outbound.KeySet()) {
		if err := tooMany(k.Limiter.AllowNetwork(ctx, "keys", keysLimit)); err != nil {
			return keySet{}, err
		}
	}
	response, err := k.Fetch.Get(ctx, uri, outbound.KeySet())
	if err != nil || last.jwks != nil && response.FreshUntil.Equal(last.fresh) {
		return last, err
	}
	jwks, err := keysIn(response.Body)
	if err == nil && len(jwks) > maxKeySet {
		err = errNoKeys
	}
	if err != nil {
		k.Fetch.Reject(uri, outbound.KeySet(), "no usable keys")
	}
	return keySet{jwks: jwks, at: k.Clock.Now(), fresh: response.FreshUntil}, err
}

func (k *KeySets) remember(uri string, next keySet) {
	k.mu.Lock()
	defer k.mu.Unlock()
	next.renewed = k.known[uri].renewed
	k.put(uri, next)
}

// put expects mu to be held. It keeps the number bounded: what is dropped has only to be fetched again.
func (k *KeySets) put(uri string, s keySet) {
	if _, there := k.known[uri]; !there && len(k.known) >= maxKeySets {
		clear(k.known)
	}
	if k.known == nil {
		k.known = map[string]keySet{}
	}
	k.known[uri] = s
}

// noteKeys tells the log why, and the caller nothing; or that we did not ask.
func noteKeys(ctx context.Context, err error) error {
	failed, ok := errors.AsType[*outbound.Error](err)
	if !ok {
		failed = &outbound.Error{Reason: "not a JWK Set"}
	}
	web.Annotate(ctx, slog.String("client_keys", failed.Reason))
	if failed.Err != nil {
		return unasked(failed)
	}
	return errNoKeys
}
