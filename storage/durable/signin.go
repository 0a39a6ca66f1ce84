package durable

import (
	"context"
	"fmt"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// StartSession makes one act of signing in durable, all of it or nothing, and returns who signed
// in. ErrSpent when any of its single uses was used before or a factor's use is refused, ErrNotFound
// when the user is missing or disabled, or the session to raise is over. Of concurrent sign-ups with
// one address, one creates the user and all sign in.
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
		in.Session.UserID = user.ID
		if err := begin(ctx, q, in); err != nil {
			return err
		}
		return useFactors(ctx, q, user.ID, in)
	})
	if err != nil {
		return storage.User{}, fmt.Errorf("start session: %w", err)
	}
	return user, nil
}

// begin starts or raises the session. To insert one locks the user's row, which comes first here and
// then the rows of sessions and of factors, as in DeleteUser: the two cannot wait for each other.
func begin(ctx context.Context, q queryer, in storage.SignIn) error {
	if in.Raises != "" {
		return raise(ctx, q, in.Raises, in.Session)
	}
	s := in.Session
	if _, err := q.Exec(ctx, insertSession, sessionValues(s)...); err != nil {
		return err
	}
	if in.Replaces != "" {
		if err := endAndTell(ctx, q, s.CreatedAt, endSession, in.Replaces, ms(s.CreatedAt)); err != nil {
			return err
		}
	}
	return endAndTell(ctx, q, s.CreatedAt, endOldest, s.UserID, ms(s.CreatedAt), s.ID, int64(maxSessions-1))
}

// maxSessions is how many live sessions a user has at most, so that a program that signs in for ever
// fills neither the table nor the page that lists them.
const maxSessions = 50

// endOldest ends all but the sessions seen last; $3 has just begun.
const endOldest = `UPDATE sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at = 0 AND id <> $3 AND id NOT IN (
	SELECT s.id FROM sessions s WHERE s.user_id = $1 AND s.id <> $3 AND ` + sessionLive + `
	ORDER BY s.last_seen_at DESC, s.id LIMIT $4) RETURNING id`

// raise changes what the session proves, and its cookie with it; its id stays, and so its tokens.
func raise(ctx context.Context, q queryer, id string, to storage.Session) error {
	return execOne(ctx, q, storage.ErrNotFound, `UPDATE sessions SET digest = $4, auth_time = $5, acr = $6, amr = $7, last_seen_at = $2,
			idle_at = CASE WHEN $8 < expires_at THEN $8 ELSE expires_at END
		WHERE id = $1 AND user_id = $3 AND ended_at = 0 AND idle_at > $2 AND expires_at > $2`,
		id, ms(to.LastSeenAt), to.UserID, to.Digest, ms(to.AuthTime), to.ACR, strings.Join(to.AMR, " "), ms(to.IdleAt))
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
