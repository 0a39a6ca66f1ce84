package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

const (
	selectLeaves = `SELECT number, event_id, at, type, outcome, count, digest FROM audit_leaves
		WHERE number > $1 AND number <= $2 ORDER BY number`
	selectEventsOfLeaves = `SELECT ` + storedColumns + ` FROM audit_leaves l JOIN audit_events e ON e.id = l.event_id
		WHERE l.number > $1 AND l.number <= $2`
)

// Leaves returns the leaves whose number is > after and <= last, in order, and the events they are about, by id,
// as far as these are kept.
func (d *DB) Leaves(ctx context.Context, after, last int64) ([]audit.Leaf, map[string]audit.Stored, error) {
	leaves, err := list(ctx, d, selectLeaves, []any{after, last},
		func(row scan) (l audit.Leaf, err error) {
			return l, row(&l.Number, &l.EventID, instant{&l.At}, &l.Type, &l.Outcome, &l.Count, &l.Digest)
		})
	if err != nil {
		return nil, nil, fmt.Errorf("list leaves of the audit log: %w", err)
	}
	events, err := list(ctx, d, selectEventsOfLeaves, []any{after, last}, readStored)
	if err != nil {
		return nil, nil, fmt.Errorf("list events of leaves: %w", err)
	}
	byID := make(map[string]audit.Stored, len(events))
	for _, e := range events {
		byID[e.ID] = e
	}
	return leaves, byID, nil
}

// EventWithoutItsLeaf returns an event of the time since or later that is not new and whose leaf is not there.
// ErrNotFound when there is none. It reads all events.
func (d *DB) EventWithoutItsLeaf(ctx context.Context, since time.Time) (s audit.Stored, err error) {
	err = d.queryRow(ctx, `SELECT `+storedColumns+` FROM audit_events e
		WHERE e.at >= $1 AND NOT (e.leaf = 0 AND e.leaf_count < e.count)
		AND NOT EXISTS (SELECT 1 FROM audit_leaves l WHERE l.number = e.leaf AND l.event_id = e.id) ORDER BY e.at, e.id LIMIT 1`,
		[]any{ms(since)}, storedFields(&s)...)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		err = fmt.Errorf("find event without its leaf: %w", err)
	}
	return s, err
}

// CountNewEvents returns how many events NewEvents would, without its limit.
func (d *DB) CountNewEvents(ctx context.Context) (n int64, err error) {
	if err := d.queryRow(ctx, `SELECT COUNT(*) FROM audit_events WHERE leaf_count < count`, nil, &n); err != nil {
		return 0, fmt.Errorf("count new audit events: %w", err)
	}
	return n, nil
}
