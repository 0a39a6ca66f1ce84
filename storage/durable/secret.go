package durable

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const insertSecret = `INSERT INTO client_secrets (id, client_id, digest, created_at, expires_at, last_used_at)
	VALUES ($1, $2, $3, $4, $5, $6)`

func secretValues(s storage.ClientSecret) []any {
	return []any{s.ID, s.ClientID, s.Digest, ms(s.CreatedAt), ms(s.ExpiresAt), ms(s.LastUsedAt)}
}

// AddClientSecret adds a secret beside those the client has. ErrNotFound when there is no such
// client, ErrExists when the secret's id is taken.
func (d *DB) AddClientSecret(ctx context.Context, s storage.ClientSecret) error {
	if _, err := d.exec(ctx, insertSecret, secretValues(s)...); err != nil {
		return fmt.Errorf("add client secret: %w", err)
	}
	return nil
}

// ClientSecrets returns every secret of the client that was not revoked, the expired ones too,
// oldest first.
func (d *DB) ClientSecrets(ctx context.Context, clientID string) ([]storage.ClientSecret, error) {
	secrets, err := list(ctx, d, `SELECT s.id, s.client_id, s.digest, s.created_at, s.expires_at, s.last_used_at
		FROM client_secrets s WHERE s.client_id = $1 ORDER BY s.created_at, s.id`, []any{clientID},
		func(row scan) (s storage.ClientSecret, err error) {
			return s, row(&s.ID, &s.ClientID, &s.Digest, instant{&s.CreatedAt}, instant{&s.ExpiresAt}, instant{&s.LastUsedAt})
		})
	if err != nil {
		return nil, fmt.Errorf("list client secrets: %w", err)
	}
	return secrets, nil
}

// RevokeClientSecret removes the client's secret, or returns ErrNotFound.
func (d *DB) RevokeClientSecret(ctx context.Context, clientID, id string) error {
	err := d.execOne(ctx, storage.ErrNotFound, `DELETE FROM client_secrets WHERE id = $1 AND client_id = $2`, id, clientID)
	if err != nil {
		return fmt.Errorf("revoke client secret: %w", err)
	}
	return nil
}

// TouchSecrets records when each secret, by id, was last used. Always in the same order, so that
// two nodes doing it at once never wait for each other in a circle.
func (d *DB) TouchSecrets(ctx context.Context, used map[string]time.Time) error {
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		for _, id := range slices.Sorted(maps.Keys(used)) {
			_, err := q.Exec(ctx, `UPDATE client_secrets SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2`, id, ms(used[id]))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("touch client secrets: %w", err)
	}
	return nil
}
