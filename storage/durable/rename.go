package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// RenameUser changes the user's name and nothing else, so that an address changed at the same moment
// stays. ErrNotFound when there is no such user.
func (d *DB) RenameUser(ctx context.Context, id, name string, at time.Time) error {
	err := d.execOne(ctx, storage.ErrNotFound, `UPDATE users SET name = $2, updated_at = $3 WHERE id = $1`, id, name, ms(at))
	if err != nil {
		return fmt.Errorf("rename user: %w", err)
	}
	return nil
}
