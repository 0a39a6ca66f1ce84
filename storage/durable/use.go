package durable

import (
	"context"

	"github.com/symbolon-id/symbolon/storage"
)

// The uses of factors. Each concerns one row of the user who signs in, moves it forward or not at
// all, and writes no column that another use or a change of the factors writes.
const (
	// usePasskey checks the counter (WebAuthn section 6.1.1): one that does not grow, unless it is always zero, is a clone's.
	usePasskey = `UPDATE passkeys SET sign_count = $3, synced = $4, last_used_at = $5
		WHERE id = $2 AND user_id = $1 AND (sign_count < $3 OR (sign_count = 0 AND $3 = 0))`
	// useTOTP allows no second success for one time step (RFC 6238 section 5.2).
	useTOTP = `UPDATE totp SET last_step = $3, last_used_at = $4, seed = CASE WHEN seed = $5 THEN $6 ELSE seed END
		WHERE user_id = $1 AND user_id = $2 AND confirmed_at > 0 AND last_step < $3`
	useRecovery = `UPDATE recovery_codes SET used_at = $4
		WHERE user_id = $1 AND user_id = $2 AND digest = $3 AND used_at = 0`
)

// useFactors does what the person proved themselves with, or returns ErrSpent.
func useFactors(ctx context.Context, q queryer, userID string, in storage.SignIn) error {
	for _, use := range uses(userID, in) {
		if err := execOne(ctx, q, storage.ErrSpent, use.query, use.args...); err != nil {
			return err
		}
	}
	return nil
}

func uses(userID string, in storage.SignIn) (all []batched) {
	if p := in.Passkey; p != nil {
		all = append(all, batched{usePasskey, []any{userID, p.ID, int64(p.SignCount), p.Synced, ms(p.At)}})
	}
	if t := in.TOTP; t != nil {
		var reseal storage.Resealed // of nothing by nothing: no seed is empty
		if t.Reseal != nil {
			reseal = *t.Reseal
		}
		all = append(all, batched{useTOTP, []any{userID, t.UserID, t.Step, ms(t.At), blob(reseal.Was), blob(reseal.Seed)}})
	}
	if r := in.Recovery; r != nil {
		all = append(all, batched{useRecovery, []any{userID, r.UserID, r.Digest, ms(r.At)}})
	}
	return all
}
