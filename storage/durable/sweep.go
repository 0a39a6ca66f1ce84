package durable

import (
	"context"
	"fmt"
	"time"
)

// dying is how long a grant or session is kept after its end, for the tokens that stand on it.
const dying = 24 * time.Hour

// unredeemed is how long a code that was not redeemed is kept after its end: only a spent one can be
// distinguished from one that never was.
const unredeemed = time.Hour

// Sweep removes the rows that nothing can need any more, in small batches, and returns how many. Call
// it from as many nodes as there are and as often as you like. Nothing depends on it but the size of the
// database: every reader judges expiry itself.
func (d *DB) Sweep(ctx context.Context, now time.Time) (int, error) {
	all, err := d.due(ctx, now)
	if err != nil {
		return 0, fmt.Errorf("sweep: %w", err)
	}
	removed := 0
	for _, due := range all {
		n, err := d.inBatches(ctx, due.query(), append([]any{ms(due.before)}, due.args...)...)
		removed += n
		if err != nil {
			return removed, fmt.Errorf("sweep %s: %w", due.table, err)
		}
	}
	leaves, err := d.sweepAuditLog(ctx, now)
	return removed + leaves, err
}

// expiry is the column that says of each row of a table when it is due.
type expiry struct {
	table, key, column string
	before             time.Time
	where              string // a further condition, whose first placeholder is $3
	args               []any
}

func (e expiry) query() string {
	return fmt.Sprintf(`DELETE FROM %[1]s WHERE (%[2]s) IN (
		SELECT %[2]s FROM %[1]s WHERE %[3]s > 0 AND %[3]s < $2%[4]s ORDER BY %[3]s LIMIT $1)`, e.table, e.key, e.column, e.where)
}

func (d *DB) due(ctx context.Context, now time.Time) ([]expiry, error) {
	events, err := d.dueEvents(ctx, now)
	return append([]expiry{
		{table: "spent", key: "kind, digest", column: "expires_at", before: now},
		{table: "revoked_tokens", key: "jti", column: "expires_at", before: now},
		{table: "failures", key: "digest", column: "expires_at", before: now},
		{table: "mail", key: "id", column: "expires_at", before: now},
		{table: "ephemeral", key: "key", column: "expires_at", before: now},
		{table: "logout_notices", key: "session_id, client_id", column: "expires_at", before: now},
		{table: "grants", key: "id", column: "expires_at", before: now.Add(-dying)},
		{table: "grants", key: "id", column: "code_expires_at", before: now.Add(-unredeemed), where: " AND code_spent_at = 0"},
		{table: "sessions", key: "id", column: "expires_at", before: now.Add(-dying)},
	}, events...), err
}
