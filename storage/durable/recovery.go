package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// SetRecoveryCodes gives the user these codes, known by their digests, in place of all they had. Of
// concurrent calls one set is left, whole. ErrNotFound when there is no such user.
func (d *DB) SetRecoveryCodes(ctx context.Context, userID string, digests [][]byte, at time.Time) error {
	batch := []batched{
		{lockUser, []any{userID}}, // or two sets could be inserted after either deleted the old
		{`DELETE FROM recovery_codes WHERE user_id = $1`, []any{userID}},
	}
	for _, digest := range digests {
		batch = append(batch, batched{`INSERT INTO recovery_codes (user_id, digest, created_at, used_at) VALUES ($1, $2, $3, 0)`,
			[]any{userID, digest, ms(at)}})
	}
	err := d.run(ctx, func(ctx context.Context) error {
		changed, err := d.db.Batch(ctx, batch)
		if err == nil && changed[0] == 0 {
			return storage.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("set recovery codes: %w", err)
	}
	return nil
}

// RecoveryCode returns ErrNotFound unless the user has this code and has not used it. To use it is
// StartSession's, which judges again.
func (d *DB) RecoveryCode(ctx context.Context, userID string, digest []byte) error {
	var there int
	err := d.queryRow(ctx, `SELECT 1 FROM recovery_codes WHERE user_id = $1 AND digest = $2 AND used_at = 0`,
		[]any{userID, digest}, &there)
	if err != nil {
		return fmt.Errorf("read recovery code: %w", err)
	}
	return nil
}

// RecoveryCodesLeft returns how many of the user's codes are unused.
func (d *DB) RecoveryCodesLeft(ctx context.Context, userID string) (int, error) {
	var left int
	err := d.queryRow(ctx, `SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1 AND used_at = 0`, []any{userID}, &left)
	if err != nil {
		return 0, fmt.Errorf("count recovery codes: %w", err)
	}
	return left, nil
}

// RecoveryCodesMade returns when the user's codes were made, used or not; zero when there are none.
func (d *DB) RecoveryCodesMade(ctx context.Context, userID string) (at time.Time, err error) {
	err = d.queryRow(ctx, `SELECT COALESCE(MAX(created_at), 0) FROM recovery_codes WHERE user_id = $1`, []any{userID}, instant{&at})
	if err != nil {
		return time.Time{}, fmt.Errorf("read age of recovery codes: %w", err)
	}
	return at, nil
}
