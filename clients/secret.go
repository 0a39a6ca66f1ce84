package clients

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// Secrets keeps client secrets.
type Secrets interface {
	AddClientSecret(ctx context.Context, s storage.ClientSecret) error
	// ClientSecrets returns those not revoked, expired ones too.
	ClientSecrets(ctx context.Context, clientID string) ([]storage.ClientSecret, error)
	RevokeClientSecret(ctx context.Context, clientID, id string) error
}

const secretIDPrefix = "cs_"

// Issued is a client with a secret it was just given. Bearer is the only copy of the secret there
// will ever be; it is empty for who is public or has keys of its own.
type Issued struct {
	Client storage.Client
	Secret storage.ClientSecret
	Bearer string
}

// AddSecret gives the client one more secret, so that it can change over before the old one is
// revoked. A zero expiresAt means that it does not expire.
func (r *Registry) AddSecret(ctx context.Context, by audit.Actor, clientID string, expiresAt time.Time) (Issued, error) {
	client, err := r.Show(ctx, clientID)
	if err != nil {
		return Issued{}, err
	}
	if client.Public {
		return Issued{}, Invalid{"client_secret", "a public client cannot keep a secret"}
	}
	if client.AuthMethod != "" {
		return Issued{}, Invalid{"client_secret", "it proves itself with its own keys, and nothing weaker is accepted"}
	}
	secret, bearer, err := newSecret(clientID, r.clock.Now(), expiresAt)
	if err != nil {
		return Issued{}, err
	}
	if err := r.record(ctx, by, audit.SecretAdded, clientID, secret.ID); err != nil {
		return Issued{}, err
	}
	return Issued{Client: client, Secret: secret, Bearer: bearer}, r.store.AddClientSecret(ctx, secret)
}

// Secrets returns the secrets of a client that are not revoked, expired ones too.
func (r *Registry) Secrets(ctx context.Context, clientID string) ([]storage.ClientSecret, error) {
	if _, err := r.Show(ctx, clientID); err != nil {
		return nil, err
	}
	return r.store.ClientSecrets(ctx, clientID)
}

// RevokeSecret refuses a secret from now on. Tokens got with it live on until they expire: disable
// the client to end those too.
func (r *Registry) RevokeSecret(ctx context.Context, by audit.Actor, clientID, secretID string) error {
	if _, err := r.Show(ctx, clientID); err != nil {
		return err
	}
	if err := r.store.RevokeClientSecret(ctx, clientID, secretID); err != nil {
		return err
	}
	return r.record(ctx, by, audit.SecretRevoked, clientID, secretID)
}

func newSecret(clientID string, now, expiresAt time.Time) (storage.ClientSecret, string, error) {
	if !expiresAt.IsZero() && !expiresAt.After(now) {
		return storage.ClientSecret{}, "", Invalid{"client_secret_expires_at", "lies in the past"}
	}
	bearer := storage.NewBearer(storage.SecretPrefix)
	return storage.ClientSecret{
		ID: storage.NewID(secretIDPrefix), ClientID: clientID, Digest: storage.Digest(bearer),
		CreatedAt: now, ExpiresAt: expiresAt,
	}, bearer, nil
}
