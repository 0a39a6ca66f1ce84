package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const registrationTokenColumns = `t.id, t.name, t.digest, t.created_at, t.expires_at, t.max_uses, t.uses, t.last_used_at`

func scanRegistrationToken(row scan) (t storage.RegistrationToken, err error) {
	return t, row(&t.ID, &t.Name, &t.Digest, instant{&t.CreatedAt}, instant{&t.ExpiresAt}, &t.MaxUses, &t.Uses, instant{&t.LastUsedAt})
}

// AddRegistrationToken adds a token, or returns ErrExists when its id or digest is taken.
func (d *DB) AddRegistrationToken(ctx context.Context, t storage.RegistrationToken) error {
	err := d.execOne(ctx, storage.ErrExists, `INSERT INTO registration_tokens (id, name, digest, created_at, expires_at, max_uses, uses, last_used_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0, 0) ON CONFLICT DO NOTHING`,
		t.ID, t.Name, t.Digest, ms(t.CreatedAt), ms(t.ExpiresAt), t.MaxUses)
	if err != nil {
		return fmt.Errorf("add registration token: %w", err)
	}
	return nil
}

// RegistrationTokens returns all that were not revoked, those that are over too, oldest first.
func (d *DB) RegistrationTokens(ctx context.Context) ([]storage.RegistrationToken, error) {
	all, err := list(ctx, d, `SELECT `+registrationTokenColumns+` FROM registration_tokens t ORDER BY t.created_at, t.id`,
		nil, scanRegistrationToken)
	if err != nil {
		return nil, fmt.Errorf("list registration tokens: %w", err)
	}
	return all, nil
}

// RegistrationToken returns the token of this digest, live or not, or ErrNotFound.
func (d *DB) RegistrationToken(ctx context.Context, digest []byte) (t storage.RegistrationToken, err error) {
	all, err := list(ctx, d, `SELECT `+registrationTokenColumns+` FROM registration_tokens t WHERE t.digest = $1`,
		[]any{digest}, scanRegistrationToken)
	if err == nil && len(all) == 0 {
		err = storage.ErrNotFound
	}
	if err != nil {
		return t, fmt.Errorf("read registration token: %w", err)
	}
	return all[0], nil
}

// UseRegistrationToken counts one use, or returns ErrSpent when there is none left: of many callers
// as many succeed as the token has uses.
func (d *DB) UseRegistrationToken(ctx context.Context, id string, now time.Time) error {
	err := d.execOne(ctx, storage.ErrSpent, `UPDATE registration_tokens SET uses = uses + 1, last_used_at = $2
		WHERE id = $1 AND (expires_at = 0 OR expires_at > $2) AND (max_uses = 0 OR uses < max_uses)`, id, ms(now))
	if err != nil {
		return fmt.Errorf("use registration token: %w", err)
	}
	return nil
}

// RevokeRegistrationToken removes the token, or returns ErrNotFound.
func (d *DB) RevokeRegistrationToken(ctx context.Context, id string) error {
	err := d.execOne(ctx, storage.ErrNotFound, `DELETE FROM registration_tokens WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("revoke registration token: %w", err)
	}
	return nil
}
