package durable

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// Query is a statement whose plan a test looks at.
type Query struct {
	Text string
	Args []any
}

func EventsQuery(f audit.Filter) Query {
	f.Limit = defaultEvents
	text, args := selectEvents(f)
	return Query{text, args}
}

func NewEventsQuery() Query { return Query{selectNewEvents, []any{int64(256)}} }

// LeafQueries are the queries from the leaves of a range to their events.
func LeafQueries() []Query {
	between := []any{int64(1000), int64(1256)}
	return []Query{{selectLeaves, between}, {selectEventsOfLeaves, between}, {noteLeaves, between}}
}

func UsersQuery(search string, p storage.Page) Query {
	query, args := usersQuery(search)
	return Query{query, append([]any{ms(p.After.At), p.After.ID, int64(100)}, args...)}
}

func ClientsQuery(kind string, p storage.Page) Query {
	return Query{selectClients, []any{ms(p.After.At), p.After.ID, int64(100), kind}}
}

func (d *DB) SweepQueries(ctx context.Context, now time.Time) (all []Query, err error) {
	due, err := d.due(ctx, now)
	for _, e := range due {
		all = append(all, Query{e.query(), append([]any{int64(batchSize), ms(e.before)}, e.args...)})
	}
	return all, err
}
