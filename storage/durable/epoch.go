package durable

import (
	"context"
	"fmt"
	"time"
)

// epoch is what every statement compares with that asks whether a session, grant or token lives.
const epoch = `(SELECT before FROM epoch)`

// EndEverythingBefore ends all sessions, grants and tokens that began before that time, on every
// node, with one row. A later time that was set before stays.
func (d *DB) EndEverythingBefore(ctx context.Context, before time.Time) error {
	if _, err := d.exec(ctx, `UPDATE epoch SET before = $1 WHERE before < $1`, ms(before)); err != nil {
		return fmt.Errorf("end everything before: %w", err)
	}
	return nil
}
