package durable

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

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

// SetUserProfile changes the user's name and profile and nothing else, so that an address changed at
// the same moment stays. ErrSpent when the profile is not the one from before any more, or there is no
// such user: of several who change it at once, nobody undoes what another did.
func (d *DB) SetUserProfile(ctx context.Context, id, name string, before, after storage.Profile, at time.Time) error {
	err := d.execOne(ctx, storage.ErrSpent, `UPDATE users SET name = $2, profile = $3, updated_at = $4 WHERE id = $1 AND profile = $5`,
		id, name, asProfile(after), ms(at), asProfile(before))
	if err != nil {
		return fmt.Errorf("set profile of user: %w", err)
	}
	return nil
}
