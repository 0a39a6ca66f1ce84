package durable

import (
	"context"
	"fmt"
	"time"
)

// leafMargin keeps leaves for longer than a verification that has begun needs them.
const leafMargin = 6 * time.Hour

const (
	sweepLeaves = `DELETE FROM audit_leaves WHERE number IN (
		SELECT number FROM audit_leaves WHERE number <= $2 ORDER BY number LIMIT $1)`
	sweepCheckpoints = `DELETE FROM audit_checkpoints WHERE size IN (
		SELECT size FROM audit_checkpoints WHERE size < $2 ORDER BY size LIMIT $1)`
)

// sweepAuditLog removes the leaves of events that are kept no longer, whatever their type, up to the last
// checkpoint that old. That checkpoint stays: it proves how old they were. The tiles keep their hashes.
func (d *DB) sweepAuditLog(ctx context.Context, now time.Time) (removed int, err error) {
	kept := d.AuditRetention.Longest()
	if kept == 0 {
		return 0, nil
	}
	c, err := d.LastCheckpoint(ctx, now.Add(-kept-leafMargin))
	if err != nil || c.Size == 0 {
		return 0, err
	}
	for _, query := range []string{sweepLeaves, sweepCheckpoints} {
		n, err := d.inBatches(ctx, query, c.Size)
		removed += n
		if err != nil {
			return removed, fmt.Errorf("sweep leaves of the audit log: %w", err)
		}
	}
	return removed, nil
}

// eventTypes finds each type by a jump in the index, however many events there are.
const eventTypes = `SELECT t.type FROM (WITH RECURSIVE types (type) AS (
		SELECT MIN(type) FROM audit_events
		UNION ALL SELECT (SELECT MIN(e.type) FROM audit_events e WHERE e.type > types.type) FROM types WHERE types.type IS NOT NULL)
	SELECT type FROM types WHERE type IS NOT NULL) t`

// dueEvents are the events that are kept no longer: each type by its own index, those too that only
// another release knows.
func (d *DB) dueEvents(ctx context.Context, now time.Time) (due []expiry, err error) {
	add := func(kept time.Duration, where string, args ...any) {
		if kept > 0 {
			due = append(due, expiry{table: "audit_events", key: "id", column: "at", before: now.Add(-kept), where: where, args: args})
		}
	}
	add(d.AuditRetention.Refused, ` AND outcome = 'refused'`)
	types, err := list(ctx, d, eventTypes, nil, func(row scan) (eventType string, err error) { return eventType, row(&eventType) })
	for _, eventType := range types {
		add(d.AuditRetention.Of(eventType), ` AND type = $3`, eventType)
	}
	return due, err
}
