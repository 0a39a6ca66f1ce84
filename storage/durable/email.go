package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// ChangeEmail gives the user an address they have shown to be theirs, by what is spent. ErrExists
// when it is somebody else's, ErrSpent when the proof was used before, ErrNotFound when the user is
// missing or disabled.
func (d *DB) ChangeEmail(ctx context.Context, userID, email string, proof storage.Spent, at time.Time) error {
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		if err := spend(ctx, q, proof); err != nil {
			return err
		}
		return execOne(ctx, q, storage.ErrNotFound, `UPDATE users SET email = $2, email_key = $3, email_verified = $4, updated_at = $5
			WHERE id = $1 AND disabled_at = 0`, userID, email, storage.EmailKey(email), true, ms(at))
	})
	if err != nil {
		return fmt.Errorf("change email: %w", err)
	}
	return nil
}
