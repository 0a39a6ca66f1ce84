package durable

import (
	"context"
	"time"
)

const batchSize = 100

// inBatches repeats a statement that changes at most $1 rows until it has changed all, and returns how
// many. After each batch it rests three times as long as that took: on SQLite every other writer
// waits for it, on PostgreSQL they share the disk.
func (d *DB) inBatches(ctx context.Context, query string, more ...any) (int, error) {
	total := 0
	for {
		began := time.Now()
		changed, err := d.exec(ctx, query, append([]any{int64(batchSize)}, more...)...)
		total += int(changed)
		if err != nil || changed < batchSize {
			return total, err
		}
		select {
		case <-time.After(3 * time.Since(began)):
		case <-ctx.Done():
			return total, ctx.Err()
		}
	}
}
