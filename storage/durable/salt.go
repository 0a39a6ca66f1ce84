package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Salt returns the salt of this name as it was sealed, or ErrNotFound.
func (d *DB) Salt(ctx context.Context, name string) (sealed []byte, err error) {
	if err := d.queryRow(ctx, `SELECT sealed FROM salts WHERE name = $1`, []any{name}, &sealed); err != nil {
		return nil, fmt.Errorf("read salt: %w", err)
	}
	return sealed, nil
}

// AddSalt keeps a salt for ever. Of many callers one gets nil, the others ErrExists.
func (d *DB) AddSalt(ctx context.Context, name string, sealed []byte, at time.Time) error {
	err := d.execOne(ctx, storage.ErrExists,
		`INSERT INTO salts (name, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, name, sealed, ms(at))
	if err != nil {
		return fmt.Errorf("add salt: %w", err)
	}
	return nil
}

// ResealSalt replaces how the salt is sealed, unless another node has done so: that is as good.
func (d *DB) ResealSalt(ctx context.Context, name string, before, after []byte) error {
	if _, err := d.exec(ctx, `UPDATE salts SET sealed = $3 WHERE name = $1 AND sealed = $2`, name, before, after); err != nil {
		return fmt.Errorf("reseal salt: %w", err)
	}
	return nil
}
