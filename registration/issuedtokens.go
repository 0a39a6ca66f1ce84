package registration

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

// Prefixes of initial access tokens, and of their ids.
const (
	tokenPrefix   = "symbolon_iat_"
	tokenIDPrefix = "iat_"
)

// IssuedTokenStore keeps initial access tokens. One that is not there is storage.ErrNotFound.
type IssuedTokenStore interface {
	AddRegistrationToken(ctx context.Context, t storage.RegistrationToken) error
	RegistrationTokens(ctx context.Context) ([]storage.RegistrationToken, error)
	RevokeRegistrationToken(ctx context.Context, id string) error
}

// IssuedTokens makes and revokes initial access tokens that the store keeps.
type IssuedTokens struct {
	Store IssuedTokenStore
	Audit Recorder
}

// Create returns a token, which is shown this once, and what is kept of it. A zero end is none; with uses
// 0 it registers any number. It is recorded before it exists.
func (i IssuedTokens) Create(ctx context.Context, by audit.Actor, name string, end time.Time, uses int64) (kept storage.RegistrationToken, bearer string, err error) {
	if uses < 0 {
		return kept, "", clients.Invalid{Field: "max_uses", Reason: "cannot be negative"}
	}
	if err := clients.CheckName("name", name); err != nil {
		return kept, "", err
	}
	bearer = storage.NewBearer(tokenPrefix)
	kept = storage.RegistrationToken{
		ID: storage.NewID(tokenIDPrefix), Name: name, Digest: storage.Digest(bearer), CreatedAt: time.Now(), ExpiresAt: end, MaxUses: uses,
	}
	if err := i.record(ctx, by, audit.RegistrationTokenAdded, kept.ID); err != nil {
		return storage.RegistrationToken{}, "", err
	}
	if err := i.Store.AddRegistrationToken(ctx, kept); err != nil {
		return storage.RegistrationToken{}, "", err
	}
	return kept, bearer, nil
}

// List returns all that are kept, those that no longer work too.
func (i IssuedTokens) List(ctx context.Context) ([]storage.RegistrationToken, error) {
	return i.Store.RegistrationTokens(ctx)
}

// Revoke refuses a token from now on; clients it registered stay.
func (i IssuedTokens) Revoke(ctx context.Context, by audit.Actor, id string) error {
	if err := i.Store.RevokeRegistrationToken(ctx, id); err != nil {
		return err
	}
	return i.record(ctx, by, audit.RegistrationTokenRevoked, id)
}

func (i IssuedTokens) record(ctx context.Context, by audit.Actor, event, id string) error {
	return i.Audit.Record(ctx, audit.Event{Type: event, Outcome: audit.Success, Target: id, Method: string(by)})
}
