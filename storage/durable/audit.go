package durable

import (
	"context"
	"fmt"

	"github.com/symbolon-id/symbolon/audit"
)

const eventColumns = `id, at, type, outcome, reason, user_id, client_id, target, method, ip, trace_id, count, actors, resource, scopes, credential_id`

// eventWidth is how many columns an event is stored in: its own, and the salt and the digest of its address.
const eventWidth = 18

func eventFields(e *audit.Event) []any {
	return []any{
		&e.ID, instant{&e.At}, &e.Type, &e.Outcome, &e.Reason, &e.UserID, &e.ClientID, &e.Target, &e.Method, &e.IP, &e.TraceID, &e.Count,
		&e.Actors, &e.Resource, &e.Scopes, &e.CredentialID,
	}
}

// AppendEvents adds the events, all or none. Of an event that is there already only the count rises, so
// an unclear outcome can be repeated.
func (d *DB) AppendEvents(ctx context.Context, events []audit.Event) error {
	if len(events) == 0 {
		return nil
	}
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		for rest := events; len(rest) > 0; {
			n := rowsAtOnce(len(rest))
			if _, err := q.Exec(ctx, insertEvents(n), eventValues(rest[:n])...); err != nil {
				return err
			}
			rest = rest[n:]
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("append audit events: %w", err)
	}
	return nil
}

// rowsAtOnce keeps the number of different statements small, because each is prepared once.
func rowsAtOnce(left int) int {
	for _, n := range []int{64, 16, 4} {
		if left >= n {
			return n
		}
	}
	return 1
}

func insertEvents(count int) string {
	return `INSERT INTO audit_events (` + eventColumns + `, ip_salt, ip_digest) VALUES ` + rows(count, eventWidth) +
		` ON CONFLICT (id) DO UPDATE SET count = excluded.count WHERE audit_events.count < excluded.count`
}

func eventValues(events []audit.Event) []any {
	values := make([]any, 0, len(events)*eventWidth)
	for _, e := range events {
		salt, digest := audit.DigestIP(e.IP)
		values = append(values, e.ID, ms(e.At), e.Type, e.Outcome, legible(e.Reason), legible(e.UserID), legible(e.ClientID),
			legible(e.Target), e.Method, e.IP, e.TraceID, max(1, e.Count),
			legible(e.Actors), legible(e.Resource), legible(e.Scopes), legible(e.CredentialID), salt, digest)
	}
	return values
}

const defaultEvents = 100

// Events returns the newest f.Limit events that match, the newest first.
func (d *DB) Events(ctx context.Context, f audit.Filter) ([]audit.Event, error) {
	if f.Limit < 1 {
		f.Limit = defaultEvents
	}
	query, args := selectEvents(f)
	events, err := list(ctx, d, query, args,
		func(row scan) (e audit.Event, err error) { return e, row(eventFields(&e)...) })
	if err != nil {
		return nil, fmt.Errorf("list audit events: %w", err)
	}
	return events, nil
}
