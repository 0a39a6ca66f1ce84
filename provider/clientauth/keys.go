package clientauth

import (
	"context"
	"errors"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// ClientKeys finds the keys of clients that publish them themselves (jwks_uri).
type ClientKeys interface {
	// KeySet returns the JWK Set at uri, as JSON. It asks the site no more often than the site wants;
	// with anew, when a key is missing from what was returned before, once more, but not all the
	// time. An error says that nothing can be verified now.
	KeySet(ctx context.Context, uri string, anew bool) ([]byte, error)
}

// VerifyByClient verifies something with the client's keys, wherever they are. A signature by none of
// those known may be by one that the client has published since.
func (a *Authenticator) VerifyByClient(ctx context.Context, c storage.Client, verify func(jwks []byte) ([]byte, error)) ([]byte, error) {
	if c.JWKSURI == "" {
		return verify(c.JWKS)
	}
	if a.ClientKeys == nil {
		return nil, errors.New("nobody fetches the client's keys")
	}
	set, err := a.ClientKeys.KeySet(ctx, c.JWKSURI, false)
	if err != nil {
		return nil, err
	}
	claims, err := verify(set)
	if !errors.Is(err, keys.ErrNoKey) {
		return claims, err
	}
	if set, err = a.ClientKeys.KeySet(ctx, c.JWKSURI, true); err != nil {
		return nil, err
	}
	return verify(set)
}
