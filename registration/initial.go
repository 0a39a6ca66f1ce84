package registration

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// TokenStore keeps initial access tokens. One that is not there is storage.ErrNotFound.
type TokenStore interface {
	RegistrationToken(ctx context.Context, digest []byte) (storage.RegistrationToken, error)
	// UseRegistrationToken counts a use; storage.ErrSpent when none is left.
	UseRegistrationToken(ctx context.Context, id string, now time.Time) error
}

// admit decides who may register at all, and how often. It returns the stored token that is used up
// by registering, if that is how.
func (e *Endpoint) admit(w http.ResponseWriter, r *http.Request) (token string, err error) {
	ctx := r.Context()
	if err := e.Limiter.AllowNetwork(ctx, "register", registerLimit); err != nil {
		return "", err
	}
	if e.Open {
		return "", nil
	}
	bearer := bearerOf(r)
	digest, ok := e.Tokens.accepts(bearer)
	if !ok {
		token, err = e.stored(ctx, bearer)
	}
	if err != nil {
		return "", err
	}
	if !ok && token == "" {
		return "", e.unauthorized(w, r, audit.ClientCreated)
	}
	return token, e.Limiter.Allow(ctx, "register-with:"+hex.EncodeToString(digest[:12]), tokenLimit)
}

// stored returns the id of the live token that bearer is, or nothing.
func (e *Endpoint) stored(ctx context.Context, bearer string) (string, error) {
	if bearer == "" {
		return "", nil
	}
	t, err := e.Store.RegistrationToken(ctx, storage.Digest(bearer))
	if errors.Is(err, storage.ErrNotFound) || err == nil && !t.Live(e.Clock.Now()) {
		return "", nil
	}
	return t.ID, err
}

// use counts one use of a stored token. It comes after the request was found to be good, so that
// nobody loses a use by a mistake in it.
func (e *Endpoint) use(w http.ResponseWriter, r *http.Request, token string) error {
	if token == "" {
		return nil
	}
	err := e.Store.UseRegistrationToken(r.Context(), token, e.Clock.Now())
	if errors.Is(err, storage.ErrSpent) {
		return e.unauthorized(w, r, audit.ClientCreated)
	}
	return err
}
