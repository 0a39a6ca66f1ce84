package durable

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

const storedColumns = `e.id, e.at, e.type, e.outcome, e.reason, e.user_id, e.client_id, e.target, e.method, e.ip, e.trace_id, e.count,
	e.actors, e.resource, e.scopes, e.credential_id, e.ip_salt, e.ip_digest, e.leaf, e.leaf_count`

const selectNewEvents = `SELECT ` + storedColumns + ` FROM audit_events e WHERE leaf_count < count ORDER BY id LIMIT $1`

func storedFields(s *audit.Stored) []any {
	return append(eventFields(&s.Event), &s.IPSalt, &s.IPDigest, &s.Leaf, &s.LeafCount)
}

func readStored(row scan) (s audit.Stored, err error) { return s, row(storedFields(&s)...) }

// TakeAuditTurn reports whether it is this caller's turn to add leaves. One caller gets the turn, and no
// other does while it was last taken after since. There is none when nothing is new.
func (d *DB) TakeAuditTurn(ctx context.Context, now, since time.Time) (mine bool, err error) {
	changed, err := d.exec(ctx, `UPDATE audit_tree SET turn_at = $1 WHERE (turn_at <= $2 OR turn_at > $1)
		AND (size > (SELECT COALESCE(MAX(size), 0) FROM audit_checkpoints) OR EXISTS (SELECT 1 FROM audit_events WHERE leaf_count < count))`,
		ms(now), ms(since))
	if err != nil {
		return false, fmt.Errorf("take turn at the audit log: %w", err)
	}
	return changed == 1, nil
}

// AuditSize returns how many leaves the tree has.
func (d *DB) AuditSize(ctx context.Context) (size int64, err error) {
	if err := d.queryRow(ctx, `SELECT size FROM audit_tree`, nil, &size); err != nil {
		return 0, fmt.Errorf("read size of the audit log: %w", err)
	}
	return size, nil
}

// NewEvents returns events that have no leaf, or whose count has risen since.
func (d *DB) NewEvents(ctx context.Context, limit int) ([]audit.Stored, error) {
	events, err := list(ctx, d, selectNewEvents, []any{int64(limit)}, readStored)
	if err != nil {
		return nil, fmt.Errorf("list new audit events: %w", err)
	}
	return events, nil
}

const noteLeaves = `UPDATE audit_events SET leaf = l.number, leaf_count = l.count FROM audit_leaves l
	WHERE l.number > $1 AND l.number <= $2 AND audit_events.id = l.event_id AND audit_events.leaf_count < l.count`

// AppendLeaves adds leaves to a tree of this size, with the tiles that change, and notes them with their
// events. ErrConflict when the tree has another size by now: nothing was added.
func (d *DB) AppendLeaves(ctx context.Context, size int64, leaves []audit.Leaf, tiles []audit.Tile) error {
	grown := size + int64(len(leaves))
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		if err := execOne(ctx, q, storage.ErrConflict, `UPDATE audit_tree SET size = $2 WHERE size = $1`, size, grown); err != nil {
			return err
		}
		if err := insertLeaves(ctx, q, leaves); err != nil {
			return err
		}
		for _, t := range tiles {
			if _, err := q.Exec(ctx, `INSERT INTO audit_tiles (level, number, hashes) VALUES ($1, $2, $3)
				ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes`, t.Level, t.Number, t.Hashes); err != nil {
				return err
			}
		}
		_, err := q.Exec(ctx, noteLeaves, size, grown)
		return err
	})
	if err != nil {
		return fmt.Errorf("append to the audit log: %w", err)
	}
	return nil
}

func insertLeaves(ctx context.Context, q queryer, leaves []audit.Leaf) error {
	for len(leaves) > 0 {
		n := rowsAtOnce(len(leaves))
		var values []any
		for _, l := range leaves[:n] {
			values = append(values, l.Number, l.EventID, ms(l.At), l.Type, l.Outcome, l.Count, l.Digest)
		}
		text := `INSERT INTO audit_leaves (number, event_id, at, type, outcome, count, digest) VALUES ` + rows(n, len(values)/n)
		if _, err := q.Exec(ctx, text, values...); err != nil {
			return err
		}
		leaves = leaves[n:]
	}
	return nil
}

// rows are the placeholders of so many rows of values.
func rows(count, width int) string {
	all := make([]string, count)
	for i := range all {
		all[i] = "(" + marks(i*width, width) + ")"
	}
	return strings.Join(all, ", ")
}

// AuditTile returns the hashes of a tile. ErrNotFound when there is none.
func (d *DB) AuditTile(ctx context.Context, level, number int64) (hashes []byte, err error) {
	if err := d.queryRow(ctx, `SELECT hashes FROM audit_tiles WHERE level = $1 AND number = $2`, []any{level, number}, &hashes); err != nil {
		return nil, fmt.Errorf("read tile of the audit log: %w", err)
	}
	return hashes, nil
}
