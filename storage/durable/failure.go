package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const countFailure = `INSERT INTO failures (digest, count, expires_at) VALUES ($1, 1, $3)
	ON CONFLICT (digest) DO UPDATE SET
		count = CASE WHEN failures.expires_at <= $2 THEN 1 ELSE failures.count + 1 END,
		expires_at = CASE WHEN failures.expires_at <= $2 THEN $3 ELSE failures.expires_at END
	WHERE failures.expires_at <= $2 OR failures.count < $4`

// CountFailure counts one try before it is made and returns how long it must wait: 0 when it may be
// made now, which never more than limit may in a window, which begins with its first try. It commits
// by itself, so no later error takes the count back. Of key only the digest is kept.
func (d *DB) CountFailure(ctx context.Context, key string, limit int, window time.Duration, now time.Time) (time.Duration, error) {
	if limit < 1 {
		return window, nil
	}
	digest := storage.Digest(key)
	changed, err := d.exec(ctx, countFailure, digest, ms(now), ms(now.Add(window)), int64(limit))
	if err != nil {
		return 0, fmt.Errorf("count failure: %w", err)
	}
	if changed == 1 {
		return 0, nil
	}
	var ends time.Time
	err = d.queryRow(ctx, `SELECT expires_at FROM failures WHERE digest = $1`, []any{digest}, instant{&ends})
	if err != nil && !errors.Is(err, storage.ErrNotFound) { // forgotten just now: the next try counts anew
		return 0, fmt.Errorf("read window of failures: %w", err)
	}
	return max(ends.Sub(now), time.Second), nil
}

// ForgetFailures begins a new count for key.
func (d *DB) ForgetFailures(ctx context.Context, key string) error {
	if _, err := d.exec(ctx, `DELETE FROM failures WHERE digest = $1`, storage.Digest(key)); err != nil {
		return fmt.Errorf("forget failures: %w", err)
	}
	return nil
}
