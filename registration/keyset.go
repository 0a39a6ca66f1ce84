package registration

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

const maxKeySet = 64 << 10 // bytes; more than package keys looks at

// keysLimit bounds how often one network can make us ask. It has room for many clients in one cluster.
var keysLimit = web.Limit{Events: 600, Per: time.Minute}

var errNoKeys = errors.New("the client's keys cannot be had")

// KeyFetcher is what KeySets need of package outbound.
type KeyFetcher interface {
	Fetcher
	// Renew makes the next Get ask again, but not too often.
	Renew(rawURL string, limits outbound.Limits)
	// Stale returns the last answer while it may be used without asking, or nil.
	Stale(rawURL string, limits outbound.Limits) *outbound.Response
}

var _ KeyFetcher = (*outbound.Client)(nil)

// KeySets are the keys of registered clients that publish them at an address of their own (jwks_uri).
type KeySets struct {
	Fetch   KeyFetcher
	Limiter web.Limiter
}

// KeySet returns the JWK Set at uri as JSON; a thousand callers make one request. anew says that a key
// is missing from it: the site is asked once more, if that was not done just now. While the site is
// down the last set is good for an hour longer. An error says no more than that there is none.
func (k *KeySets) KeySet(ctx context.Context, uri string, anew bool) ([]byte, error) {
	if anew {
		k.Fetch.Renew(uri, outbound.KeySet())
	}
	response, err := k.get(ctx, uri)
	if err == nil {
		var jwks []byte
		if jwks, err = response.Read(keysIn); err == nil && len(jwks) <= maxKeySet {
			return jwks, nil
		}
		k.Fetch.Reject(uri, outbound.KeySet(), "no usable keys")
	}
	if errors.Is(err, storage.ErrUnavailable) {
		return nil, err
	}
	return nil, noteKeys(ctx, err)
}

func (k *KeySets) get(ctx context.Context, uri string) (*outbound.Response, error) {
	if k.Fetch.Known(uri, outbound.KeySet()) {
		return k.Fetch.Get(ctx, uri, outbound.KeySet())
	}
	err := tooMany(k.Limiter.AllowNetwork(ctx, "keys", keysLimit))
	if err == nil {
		return k.Fetch.Get(ctx, uri, outbound.KeySet())
	}
	if last := k.Fetch.Stale(uri, outbound.KeySet()); last != nil && isTemporary(err) {
		return last, nil
	}
	return nil, err
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
