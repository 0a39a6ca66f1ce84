package durable_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// Each filter and each sweep of a long table reads by an index, and none of them sorts it all.
func TestFiltersAndSweepsOfTheAuditLogAreServedByIndexes(t *testing.T) {
	for name, url := range urls(t) {
		t.Run(name, func(t *testing.T) {
			d := storagetest.Open(t, url)
			if err := d.Migrate(context.Background()); err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, d)
			fill(t, w)
			raw(t, url, "ANALYZE")
			w.AuditRetention = audit.Retention{Rest: time.Hour, Refused: time.Hour, Types: map[string]time.Duration{audit.SignIn: time.Minute}}
			for _, c := range []struct {
				query durable.Query
				index string
			}{
				{durable.EventsQuery(audit.Filter{}), "audit_events_at"},
				{durable.EventsQuery(audit.Filter{Since: w.now}), "audit_events_at"},
				{durable.EventsQuery(audit.Filter{Before: "e000777"}), "audit_events_at"},
				{durable.EventsQuery(audit.Filter{Type: "rare.type"}), "audit_events_type"},
				{durable.EventsQuery(audit.Filter{UserID: "u_3", Types: []string{"type.3", "type.4"}}), "audit_events_user"},
				{durable.EventsQuery(audit.Filter{ClientID: "c_rare"}), "audit_events_client"},
				{durable.UsersQuery("ada", storage.Page{After: storage.Cursor{At: w.now, ID: w.user.ID}}), "users_created"},
				{durable.UsersQuery("", storage.Page{After: storage.Cursor{At: w.now, ID: w.user.ID}}), "users_created"},
				{durable.ClientsQuery("", storage.Page{After: storage.Cursor{At: w.now, ID: w.client.ID}}), "clients_created"},
			} {
				if plan := explain(t, url, c.query); scans(plan) || !strings.Contains(plan, c.index) {
					t.Errorf("%s is not served by %s:\n%s", c.query.Text, c.index, plan)
				}
			}
			w.addLeaves()
			raw(t, url, "ANALYZE")
			w.ok(w.AppendEvents(w.ctx, []audit.Event{{ID: "new", At: w.now, Type: audit.SignIn, Outcome: audit.Success}}))
			if plan := explain(t, url, durable.NewEventsQuery()); scans(plan) || !strings.Contains(plan, "audit_events_new") {
				t.Errorf("new events are not found by their index:\n%s", plan)
			}
			for _, query := range durable.LeafQueries() {
				if plan := explain(t, url, query); scans(plan) {
					t.Errorf("%s:\n%s", query.Text, plan)
				}
			}
			sweeps, err := w.SweepQueries(t.Context(), w.now)
			w.ok(err)
			for _, query := range sweeps {
				if plan := explain(t, url, query); strings.Contains(query.Text, "audit_events") && scans(plan) {
					t.Errorf("%s:\n%s", query.Text, plan)
				}
			}
		})
	}
}

func fill(t *testing.T, w *world) {
	t.Helper()
	var events []audit.Event
	for i := range 20_000 {
		outcome := audit.Success
		if i%50 == 0 {
			outcome = audit.Refused
		}
		events = append(events, audit.Event{
			ID: fmt.Sprintf("e%06d", i), At: w.now.Add(time.Duration(i-20_000) * time.Second), Outcome: outcome,
			Type: fmt.Sprint("type.", i%40), UserID: fmt.Sprint("u_", i%500), ClientID: fmt.Sprint("c_", i%300),
		})
	}
	for part := range slices.Chunk(events, 500) { // each within the patience of one statement
		w.ok(w.AppendEvents(w.ctx, part))
	}
	for i := range 2000 {
		w.ok(w.CreateUser(w.ctx, storage.User{ID: fmt.Sprint("u_", i), Email: fmt.Sprint(i, "@example.org"), CreatedAt: w.now.Add(time.Duration(i) * time.Second)}))
	}
}

// addLeaves gives every event a leaf, in a tree without tiles.
func (w *world) addLeaves() {
	for {
		size, err := w.AuditSize(w.ctx)
		w.ok(err)
		events, err := w.NewEvents(w.ctx, 500)
		if w.ok(err); len(events) == 0 {
			return
		}
		var leaves []audit.Leaf
		for i, e := range events {
			leaves = append(leaves, e.NextLeaf(size+int64(i)+1))
		}
		w.ok(w.AppendLeaves(w.ctx, size, leaves, nil))
	}
}

// scans reports whether a table is read as a whole, although it would not have to be.
func scans(plan string) bool {
	for line := range strings.Lines(plan) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "Seq Scan") || strings.HasPrefix(line, "SCAN") && !strings.Contains(line, "USING") && !strings.Contains(line, "CONSTANT ROW") {
			return true
		}
	}
	return false
}

func explain(t *testing.T, url string, q durable.Query) string {
	t.Helper()
	driver, name, prefix := "pgx", url, "EXPLAIN "
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, name, prefix = "sqlite", path, "EXPLAIN QUERY PLAN "
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if driver == "pgx" { // small tables are read as a whole whatever indexes they have
		db.SetMaxOpenConns(1)
		if _, err := db.Exec("SET enable_seqscan = off; SET enable_sort = off"); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := db.Query(prefix+q.Text, q.Args...)
	if err != nil {
		t.Fatalf("%s: %v", q.Text, err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var line string
		dest := []any{&line}
		if driver == "sqlite" {
			dest = []any{new(int), new(int), new(int), &line}
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(line + "\n")
	}
	return plan.String()
}
