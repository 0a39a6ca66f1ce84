package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const userColumns = `u.id, u.email, u.email_verified, u.second_email, u.name, u.member_of, u.profile, u.created_at, u.updated_at, u.disabled_at`

func userFields(u *storage.User) []any {
	return []any{
		&u.ID, &u.Email, &u.EmailVerified, &u.SecondEmail, &u.Name, names{&u.Groups}, profile{&u.Profile},
		instant{&u.CreatedAt}, instant{&u.UpdatedAt}, instant{&u.DisabledAt},
	}
}

func scanUser(s scan) (u storage.User, err error) { return u, s(userFields(&u)...) }

const insertUser = `INSERT INTO users (id, email, email_key, email_verified, second_email, second_key, name, member_of, profile, created_at, updated_at, disabled_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`

func userValues(u storage.User) []any {
	return []any{
		u.ID, u.Email, storage.EmailKey(u.Email), u.EmailVerified, u.SecondEmail, storage.EmailKey(u.SecondEmail),
		u.Name, asNames(u.Groups), asProfile(u.Profile), ms(u.CreatedAt), ms(u.UpdatedAt), ms(u.DisabledAt),
	}
}

// CreateUser adds u, or returns ErrExists when its id or its address is taken.
func (d *DB) CreateUser(ctx context.Context, u storage.User) error {
	if err := d.execOne(ctx, storage.ErrExists, insertUser, userValues(u)...); err != nil {
		return fmt.Errorf("create user: %w", err)
	}
	return nil
}

// User returns the user with this id, disabled or not.
func (d *DB) User(ctx context.Context, id string) (storage.User, error) {
	var u storage.User
	if err := d.queryRow(ctx, `SELECT `+userColumns+` FROM users u WHERE u.id = $1`, []any{id}, userFields(&u)...); err != nil {
		return storage.User{}, fmt.Errorf("read user: %w", err)
	}
	return u, nil
}

const userByEmail = `SELECT ` + userColumns + ` FROM addresses a JOIN users u ON u.id = a.user_id WHERE a.email_key = $1`

// UserByEmail returns the one user with this address, first or second, in any spelling of case,
// disabled or not.
func (d *DB) UserByEmail(ctx context.Context, email string) (storage.User, error) {
	var u storage.User
	if err := d.queryRow(ctx, userByEmail, []any{storage.EmailKey(email)}, userFields(&u)...); err != nil {
		return storage.User{}, fmt.Errorf("read user by address: %w", err)
	}
	return u, nil
}

// UpdateUser stores u's name, address and whether the address is verified, and nothing else.
// ErrExists when the address is another user's.
func (d *DB) UpdateUser(ctx context.Context, u storage.User) error {
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		if err := claimAddress(ctx, q, u.ID, u.Email); err != nil {
			return err
		}
		return execOne(ctx, q, storage.ErrNotFound,
			`UPDATE users SET email = $2, email_key = $3, email_verified = $4, name = $5, `+touched("$6")+` WHERE id = $1`,
			u.ID, u.Email, storage.EmailKey(u.Email), u.EmailVerified, u.Name, ms(d.Clock.Now()))
	})
	if err != nil {
		return fmt.Errorf("update user: %w", err)
	}
	return nil
}

// SetUserGroups replaces the groups the user is in, and changes nothing else. ErrConflict as
// SetUserProfile says.
func (d *DB) SetUserGroups(ctx context.Context, u *storage.User) error {
	if err := d.changeUser(ctx, u, `member_of = $4`, asNames(u.Groups)); err != nil {
		return fmt.Errorf("set groups of user: %w", err)
	}
	return nil
}

// SetUserDisabled disables the user from at on, or enables them when at is zero. Every grant and token
// of a disabled user is dead for as long; their sessions end for good, so that clients are notified.
func (d *DB) SetUserDisabled(ctx context.Context, id string, at time.Time) error {
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		err := execOne(ctx, q, storage.ErrNotFound,
			`UPDATE users SET disabled_at = $2, `+touched("$3")+` WHERE id = $1`, id, ms(at), ms(d.Clock.Now()))
		if err != nil || at.IsZero() {
			return err
		}
		return endAndNotify(ctx, q, at, endUserSessions, id, "", ms(at))
	})
	if err != nil {
		return fmt.Errorf("disable user: %w", err)
	}
	return nil
}

// forgetPlaces takes from the audit trail where the user was. What they did stays, under an id that
// belongs to no user any more.
const forgetPlaces = `UPDATE audit_events SET ip = '', ip_salt = '' WHERE id IN (
	SELECT id FROM audit_events WHERE user_id = $2 AND ip <> '' LIMIT $1)`

// DeleteUser removes the user with their sessions, factors, consents and grants, and makes the audit
// trail anonymous. What is left for up to a day are the notices to clients that were not reached
// at once. Interrupted, it has disabled the user and can be repeated.
func (d *DB) DeleteUser(ctx context.Context, id string) error {
	if _, err := d.inBatches(ctx, forgetPlaces, id); err != nil {
		return fmt.Errorf("anonymize events of user: %w", err)
	}
	// First nothing more can begin, and clients are notified. In one transaction with what follows it
	// could wait for a sign-in that waits for it: see begin.
	if err := d.SetUserDisabled(ctx, id, d.Clock.Now()); err != nil {
		return fmt.Errorf("delete user: %w", err)
	}
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		if _, err := q.Exec(ctx, `DELETE FROM grants WHERE user_id = $1`, id); err != nil {
			return err
		}
		return execOne(ctx, q, storage.ErrNotFound, `DELETE FROM users WHERE id = $1`, id)
	})
	if err != nil {
		return fmt.Errorf("delete user: %w", err)
	}
	return nil
}
