package durable

import (
	"context"
	"fmt"

	"github.com/symbolon-id/symbolon/storage"
)

const selectFactors = `SELECT (SELECT COUNT(*) FROM passkeys WHERE user_id = $1),
	EXISTS (SELECT 1 FROM totp WHERE user_id = $1 AND confirmed_at > 0),
	(SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1 AND used_at = 0)`

func factors(ctx context.Context, q queryer, userID string) (f storage.Factors, err error) {
	return f, q.QueryRow(ctx, selectFactors, []any{userID}, &f.Passkeys, &f.TOTP, &f.RecoveryCodes)
}

// Factors returns what the user has enrolled; nothing, when there is no such user.
func (d *DB) Factors(ctx context.Context, userID string) (f storage.Factors, err error) {
	err = d.run(ctx, func(ctx context.Context) error {
		f, err = factors(ctx, d.db, userID)
		return err
	})
	if err != nil {
		return storage.Factors{}, fmt.Errorf("read factors: %w", err)
	}
	return f, nil
}

// lockUser makes others that want to lock this user wait for the end of the transaction. It holds
// up no sign-in.
const lockUser = `UPDATE users SET updated_at = updated_at WHERE id = $1`

// dropFactor runs the DELETE of a factor and takes it back when too little is left. One at a time
// for each user: of two that drop different factors at once, the second sees what the first left.
func (d *DB) dropFactor(ctx context.Context, userID, query string, args ...any) error {
	return d.tx(ctx, func(ctx context.Context, q queryer) error {
		if err := execOne(ctx, q, storage.ErrNotFound, lockUser, userID); err != nil {
			return err
		}
		before, err := factors(ctx, q, userID)
		if err != nil {
			return err
		}
		if err := execOne(ctx, q, storage.ErrNotFound, query, args...); err != nil {
			return err
		}
		left, err := factors(ctx, q, userID)
		if err == nil && left != before && !d.Keep.Allows(left) {
			return storage.ErrLast
		}
		return err
	})
}
