package durable

import (
	"context"
	"fmt"
	"time"
)

// dying is how long a grant or session is kept after its end, for the tokens that stand on it.
const dying = 24 * time.Hour

// Sweep removes at most batch rows of each table that nothing can need any more, and returns how
// many. Call it again until that is 0, from as many nodes as there are and as often as you like.
// Nothing depends on it but the size of the database: every reader judges expiry itself.
func (d *DB) Sweep(ctx context.Context, now time.Time, batch int) (int, error) {
	removed := 0
	for _, due := range d.due(now) {
		n, err := d.exec(ctx, fmt.Sprintf(`DELETE FROM %[1]s WHERE (%[2]s) IN (
			SELECT %[2]s FROM %[1]s WHERE %[3]s > 0 AND %[3]s < $1 ORDER BY %[3]s LIMIT $2)`, due.table, due.key, due.column),
			ms(due.before), int64(batch))
		if err != nil {
			return removed, fmt.Errorf("sweep %s: %w", due.table, err)
		}
		removed += int(n)
	}
	return removed, nil
}

// expiry is the column that tells of each row of a table when it is due.
type expiry struct {
	table, key, column string
	before             time.Time
}

func (d *DB) due(now time.Time) []expiry {
	all := []expiry{
		{"spent", "kind, digest", "expires_at", now},
		{"revoked_tokens", "jti", "expires_at", now},
		{"failures", "digest", "expires_at", now},
		{"mail", "id", "expires_at", now},
		{"ephemeral", "key", "expires_at", now},
		{"logout_notices", "session_id, client_id", "expires_at", now},
		{"grants", "id", "expires_at", now.Add(-dying)},
		{"sessions", "id", "expires_at", now.Add(-dying)},
	}
	if d.AuditRetention > 0 {
		all = append(all, expiry{"audit_events", "id", "at", now.Add(-d.AuditRetention)})
	}
	return all
}

// inBatches repeats a statement that changes at most $2 rows of what id, $1, names until it has
// changed all.
func (d *DB) inBatches(ctx context.Context, query, id string, more ...any) error {
	const batch = 1000
	for {
		changed, err := d.exec(ctx, query, append([]any{id, int64(batch)}, more...)...)
		if err != nil || changed < batch {
			return err
		}
	}
}
