package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// ChangeEmail gives the user an address they have shown to be theirs, by what is spent; one that was
// their second is that no longer. ErrExists when it is another user's, ErrSpent when the proof was
// used before, ErrNotFound when the user is missing or disabled.
func (d *DB) ChangeEmail(ctx context.Context, userID, email string, proof storage.Spent, at time.Time) error {
	return d.proven(ctx, "change email", proof, userID, email, `UPDATE users SET email = $2, email_key = $3, email_verified = $4, `+touched("$5")+`,
			second_email = CASE WHEN second_key = $3 THEN '' ELSE second_email END,
			second_key = CASE WHEN second_key = $3 THEN '' ELSE second_key END
		WHERE id = $1 AND disabled_at = 0`, userID, email, storage.EmailKey(email), true, ms(at))
}

// SetSecondEmail gives the user a second address, in place of any, as ChangeEmail does the first;
// ErrNotFound also when it is their first.
func (d *DB) SetSecondEmail(ctx context.Context, userID, email string, proof storage.Spent, at time.Time) error {
	return d.proven(ctx, "set second email", proof, userID, email, `UPDATE users SET second_email = $2, second_key = $3, `+touched("$4")+`
		WHERE id = $1 AND disabled_at = 0 AND email_key <> $3`, userID, email, storage.EmailKey(email), ms(at))
}

// DropSecondEmail takes the user's second address away, or returns ErrNotFound when it is not email.
func (d *DB) DropSecondEmail(ctx context.Context, userID, email string, at time.Time) error {
	err := d.execOne(ctx, storage.ErrNotFound, `UPDATE users SET second_email = '', second_key = '', `+touched("$3")+`
		WHERE id = $1 AND second_key = $2 AND second_key <> ''`, userID, storage.EmailKey(email), ms(at))
	if err != nil {
		return fmt.Errorf("drop second email: %w", err)
	}
	return nil
}

// proven spends proof and changes the one row of a user whose address email is to become.
func (d *DB) proven(ctx context.Context, what string, proof storage.Spent, userID, email, query string, args ...any) error {
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		if err := spend(ctx, q, proof); err != nil {
			return err
		}
		if err := claimAddress(ctx, q, userID, email); err != nil {
			return err
		}
		return execOne(ctx, q, storage.ErrNotFound, query, args...)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// claim makes the address $2 the user $1's unless another user has it, and returns whose it is.
const claim = `INSERT INTO addresses (email_key, user_id) SELECT $2, u.id FROM users u WHERE u.id = $1
	ON CONFLICT (email_key) DO UPDATE SET email_key = excluded.email_key RETURNING user_id`

// claimAddress makes email the user's in the table of all addresses, which triggers keep, before their
// row names it. ErrExists when it is another user's: a violated constraint would say so as well, but
// PostgreSQL's log would name the address.
func claimAddress(ctx context.Context, q queryer, userID, email string) error {
	if err := execOne(ctx, q, storage.ErrNotFound, lockUser, userID); err != nil || email == "" {
		return err
	}
	var owner string
	err := q.QueryRow(ctx, claim, []any{userID, storage.EmailKey(email)}, &owner)
	if err == nil && owner != userID {
		return storage.ErrExists
	}
	return err
}
