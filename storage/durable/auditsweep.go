package durable

import (
	"context"
	"time"
)

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
