package durable

import (
	"context"
	"fmt"
	"time"
)

// dying is how long a grant or session is kept after its end, for the tokens that stand on it.
const dying = 24 * time.Hour

// Sweep removes at most batch rows of each table that nothing can need any more, and returns how
// many. Call it again until that is 0. Nothing depends on it but the size of the database: every
// reader judges expiry itself.
func (d *DB) Sweep(ctx context.Context, now time.Time, batch int) (int, error) {
	removed := 0
	for _, due := range []struct {
		table, key string
		before     time.Time
	}{
		{"spent", "kind, digest", now},
		{"revoked_tokens", "jti", now},
		{"failures", "digest", now},
		{"mail", "id", now},
		{"grants", "id", now.Add(-dying)},
		{"sessions", "id", now.Add(-dying)},
	} {
		n, err := d.exec(ctx, fmt.Sprintf(`DELETE FROM %[1]s WHERE (%[2]s) IN (
			SELECT %[2]s FROM %[1]s WHERE expires_at > 0 AND expires_at < $1 ORDER BY expires_at LIMIT $2)`, due.table, due.key),
			ms(due.before), int64(batch))
		if err != nil {
			return removed, fmt.Errorf("sweep %s: %w", due.table, err)
		}
		removed += int(n)
	}
	return removed, nil
}
