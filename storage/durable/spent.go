package durable

import (
	"context"
	"fmt"

	"github.com/symbolon-id/symbolon/storage"
)

// Spend uses s up. Of all callers, ever, one gets nil and the others ErrSpent.
func (d *DB) Spend(ctx context.Context, s storage.Spent) error {
	err := d.run(ctx, func(ctx context.Context) error { return spend(ctx, d.db, s) })
	if err != nil {
		return fmt.Errorf("spend %s: %w", s.Kind, err)
	}
	return nil
}

// spend does not ask whether the record it meets has expired: until it is swept, a value that was
// used once stays used, however the clocks of two nodes differ.
func spend(ctx context.Context, q queryer, s storage.Spent) error {
	return execOne(ctx, q, storage.ErrSpent,
		`INSERT INTO spent (kind, digest, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		s.Kind, storage.Digest(s.Value), ms(s.Until))
}
