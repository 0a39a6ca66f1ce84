package durable

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// StartSession makes one act of signing in durable, all of it or nothing, and returns who signed
// in. ErrSpent when any of its single uses was used before or a factor's use is refused, ErrNotFound
// when the user is missing or disabled, or the session to raise is over. Of concurrent sign-ups with
// one address, one creates the user and all sign in.
func (d *DB) StartSession(ctx context.Context, in storage.SignIn) (storage.User, error) {
	user, err := d.startSession(ctx, in)
	if errors.Is(err, storage.ErrExists) && in.NewUser != nil { // it became a user's second address meanwhile: they sign in
		user, err = d.startSession(ctx, in)
	}
	if err != nil {
		return storage.User{}, fmt.Errorf("start session: %w", err)
	}
	return user, nil
}

func (d *DB) startSession(ctx context.Context, in storage.SignIn) (user storage.User, err error) {
	err = d.tx(ctx, func(ctx context.Context, q queryer) error {
		for _, s := range inOneOrder(in.Spend) {
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
	return user, err
}

// inOneOrder keeps transactions that spend the same from waiting for each other.
func inOneOrder(all []storage.Spent) []storage.Spent {
	return slices.SortedFunc(slices.Values(all), func(a, b storage.Spent) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Value, b.Value))
	})
}

// begin starts or raises the session. To insert one locks the user's row, which comes first here and
// then the rows of sessions and of factors, as in DeleteUser: the two cannot wait for each other.
func begin(ctx context.Context, q queryer, in storage.SignIn) error {
	s := in.Session
	if in.Raises != "" {
		if err := raise(ctx, q, in.Raises, s); err != nil || !in.Alone {
			return err
		}
		return endAndNotify(ctx, q, s.LastSeenAt, endUserSessions, s.UserID, in.Raises, ms(s.LastSeenAt))
	}
	if _, err := q.Exec(ctx, insertSession, sessionValues(s)...); err != nil {
		return err
	}
	if in.Replaces != "" {
		if err := endAndNotify(ctx, q, s.CreatedAt, endSession, in.Replaces, ms(s.CreatedAt)); err != nil {
			return err
		}
	}
	if in.Alone {
		return endAndNotify(ctx, q, s.CreatedAt, endUserSessions, s.UserID, s.ID, ms(s.CreatedAt))
	}
	return endAndNotify(ctx, q, s.CreatedAt, endOldest, s.UserID, ms(s.CreatedAt), s.ID, int64(maxSessions-1))
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
		WHERE id = $1 AND user_id = $3 AND ended_at = 0 AND idle_at > $2 AND expires_at > $2 AND created_at >= `+epoch,
		id, ms(to.LastSeenAt), to.UserID, to.Digest, ms(to.AuthTime), to.ACR, strings.Join(to.AMR, " "), ms(to.IdleAt))
}

// signedIn finds or creates the user. What was proven of a second address says nothing of the first.
func signedIn(ctx context.Context, q queryer, in storage.SignIn) (user storage.User, err error) {
	user, err = signingIn(ctx, q, in)
	if err == nil && !user.DisabledAt.IsZero() {
		err = storage.ErrNotFound
	}
	second := in.NewUser != nil && storage.EmailKey(in.NewUser.Email) != storage.EmailKey(user.Email)
	if err != nil || !in.Verified || user.EmailVerified || second {
		return user, err
	}
	user.EmailVerified, user.UpdatedAt = true, in.Session.CreatedAt
	_, err = q.Exec(ctx, `UPDATE users SET email_verified = $2, `+touched("$3")+` WHERE id = $1`,
		user.ID, true, ms(user.UpdatedAt))
	return user, err
}

// signingIn returns the user. The conflict on a new address waits for others who create it, so the row
// is there to be read afterwards.
func signingIn(ctx context.Context, q queryer, in storage.SignIn) (user storage.User, err error) {
	if in.NewUser == nil {
		return user, q.QueryRow(ctx, `SELECT `+userColumns+` FROM users u WHERE u.id = $1`,
			[]any{in.UserID}, userFields(&user)...)
	}
	key := []any{storage.EmailKey(in.NewUser.Email)}
	err = q.QueryRow(ctx, userByEmail, key, userFields(&user)...)
	if !errors.Is(err, storage.ErrNotFound) {
		return user, err
	}
	if _, err := q.Exec(ctx, insertUser, userValues(*in.NewUser)...); err != nil {
		return user, err
	}
	return user, q.QueryRow(ctx, userByEmail, key, userFields(&user)...)
}
