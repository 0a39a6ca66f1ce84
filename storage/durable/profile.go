package durable

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/symbolon-id/symbolon/storage"
)

// noProfile is how an empty one is stored; most are, and are not parsed.
const noProfile = "{}"

// profile scans what asProfile stored.
type profile struct{ into *storage.Profile }

func (p profile) Scan(src any) error {
	*p.into = storage.Profile{}
	if text, ok := src.(string); ok && text == noProfile {
		return nil
	}
	return document{p.into}.Scan(src)
}

func asProfile(p storage.Profile) string {
	if p == (storage.Profile{}) {
		return noProfile
	}
	text, _ := json.Marshal(p) // strings always marshal
	return string(text)
}

// SetUserProfile changes the user's name and profile and nothing else. ErrConflict when the user has changed
// since u was read, that is since u.UpdatedAt, which becomes the new version: of several who change it at
// once, none undoes what another did.
func (d *DB) SetUserProfile(ctx context.Context, u *storage.User) error {
	if err := d.changeUser(ctx, u, `profile = $4, name = $5`, asProfile(u.Profile), u.Name); err != nil {
		return fmt.Errorf("set profile of user: %w", err)
	}
	return nil
}

// changeUser sets columns, whose values count from $4, of the user as u was read.
func (d *DB) changeUser(ctx context.Context, u *storage.User, columns string, values ...any) error {
	version := next(u.UpdatedAt, d.Clock.Now())
	args := append([]any{ms(u.UpdatedAt), ms(version)}, values...)
	err := d.change(ctx, `SELECT 1 FROM users WHERE id = $1`, u.ID,
		`UPDATE users SET updated_at = $3, `+columns+` WHERE id = $1 AND updated_at = $2`, args...)
	if err == nil {
		u.UpdatedAt = version
	}
	return err
}
