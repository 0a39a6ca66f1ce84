package durable

import (
	"context"
	"fmt"

	"github.com/symbolon-id/symbolon/storage"
)

// StartSession makes one act of signing in durable, all of it or nothing, and returns who signed
// in. ErrSpent when any of its single uses was used before, ErrNotFound when the user is missing
// or disabled. Of concurrent sign-ups with one address, one creates the user and all sign in.
func (d *DB) StartSession(ctx context.Context, in storage.SignIn) (storage.User, error) {
	var user storage.User
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		for _, s := range in.Spend {
			if err := spend(ctx, q, s); err != nil {
				return err
			}
		}
		var err error
		if user, err = signedIn(ctx, q, in); err != nil {
			return err
		}
		if in.Replaces != "" {
			if _, err := q.Exec(ctx, endSession, in.Replaces, ms(in.Session.CreatedAt)); err != nil {
				return err
			}
		}
		session := in.Session
		session.UserID = user.ID
		_, err = q.Exec(ctx, insertSession, sessionValues(session)...)
		return err
	})
	if err != nil {
		return storage.User{}, fmt.Errorf("start session: %w", err)
	}
	return user, nil
}

// signedIn finds or creates the user. The conflict on the address waits for whoever else is
// creating it, so the row is there to be read afterwards.
func signedIn(ctx context.Context, q queryer, in storage.SignIn) (user storage.User, err error) {
	by, value := "u.id = $1", in.UserID
	if in.NewUser != nil {
		if _, err := q.Exec(ctx, insertUser, userValues(*in.NewUser)...); err != nil {
			return user, err
		}
		by, value = "u.email_key = $1", storage.EmailKey(in.NewUser.Email)
	}
	err = q.QueryRow(ctx, `SELECT `+userColumns+` FROM users u WHERE `+by+` AND u.disabled_at = 0`,
		[]any{value}, userFields(&user)...)
	if err != nil || !in.Verified || user.EmailVerified {
		return user, err
	}
	user.EmailVerified, user.UpdatedAt = true, in.Session.CreatedAt
	_, err = q.Exec(ctx, `UPDATE users SET email_verified = $2, updated_at = $3 WHERE id = $1`,
		user.ID, true, ms(user.UpdatedAt))
	return user, err
}
