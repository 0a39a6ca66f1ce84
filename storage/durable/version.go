package durable

import (
	"context"
	"errors"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// touched sets updated_at, which is also the version of a row: it never stands still and never goes
// back, whatever the clocks of two nodes say.
func touched(now string) string {
	return `updated_at = CASE WHEN updated_at < ` + now + ` THEN ` + now + ` ELSE updated_at + 1 END`
}

// next is the version that follows one that was read; touched agrees.
func next(read, now time.Time) time.Time {
	now = time.UnixMilli(ms(now)).UTC()
	if read.Before(now) {
		return now
	}
	return read.Add(time.Millisecond)
}

// change runs an update of what was read. That nothing matched means that the row has another version
// by now, or that exists does not find it.
func (d *DB) change(ctx context.Context, exists, id, update string, args ...any) error {
	err := d.execOne(ctx, storage.ErrConflict, update, append([]any{id}, args...)...)
	if !errors.Is(err, storage.ErrConflict) {
		return err
	}
	var found int64
	if missing := d.queryRow(ctx, exists, []any{id}, &found); missing != nil {
		return missing
	}
	return err
}
