package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// TOTP returns the user's authenticator app, confirmed or only proposed, or ErrNotFound.
func (d *DB) TOTP(ctx context.Context, userID string) (storage.TOTP, error) {
	var t storage.TOTP
	err := d.queryRow(ctx, `SELECT t.user_id, t.seed, t.created_at, t.confirmed_at, t.last_step, t.last_used_at
		FROM totp t WHERE t.user_id = $1`, []any{userID},
		&t.UserID, &t.Seed, instant{&t.CreatedAt}, instant{&t.ConfirmedAt}, &t.LastStep, instant{&t.LastUsedAt})
	if err != nil {
		return storage.TOTP{}, fmt.Errorf("read authenticator app: %w", err)
	}
	return t, nil
}

// ProposeTOTP stores t's seed for the user to confirm, in place of one that was not. ErrExists when
// the user has a confirmed one, ErrNotFound when there is no such user.
func (d *DB) ProposeTOTP(ctx context.Context, t storage.TOTP) error {
	err := d.execOne(ctx, storage.ErrExists, `INSERT INTO totp (user_id, seed, created_at, confirmed_at, last_step, last_used_at)
		VALUES ($1, $2, $3, 0, 0, 0)
		ON CONFLICT (user_id) DO UPDATE SET seed = $2, created_at = $3 WHERE totp.confirmed_at = 0`,
		t.UserID, blob(t.Seed), ms(t.CreatedAt))
	if err != nil {
		return fmt.Errorf("propose authenticator app: %w", err)
	}
	return nil
}

// ConfirmTOTP makes what was proposed, t, a factor; the code of that step is used by it. ErrSpent
// when t is not what is proposed any more: no one has shown a code of what replaced it.
func (d *DB) ConfirmTOTP(ctx context.Context, t storage.TOTP, step int64, at time.Time) error {
	err := d.execOne(ctx, storage.ErrSpent, `UPDATE totp SET confirmed_at = $4, last_step = $3, last_used_at = $4
		WHERE user_id = $1 AND seed = $2 AND confirmed_at = 0`, t.UserID, blob(t.Seed), step, ms(at))
	if err != nil {
		return fmt.Errorf("confirm authenticator app: %w", err)
	}
	return nil
}

// DropTOTP removes the user's authenticator app, confirmed or only proposed. ErrNotFound when there
// is none, ErrLast when what is left is less than d.Keep.
func (d *DB) DropTOTP(ctx context.Context, userID string) error {
	if err := d.dropFactor(ctx, userID, `DELETE FROM totp WHERE user_id = $1`, userID); err != nil {
		return fmt.Errorf("drop authenticator app: %w", err)
	}
	return nil
}
