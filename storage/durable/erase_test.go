package durable_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// everywhere writes something of the user to every table that can hold it.
func (w *world) everywhere() {
	w.t.Helper()
	w.redeemed()
	w.redeemed(offline)
	w.addPasskey(0)
	w.addTOTP(1)
	w.setCodes("a")
	w.ok(w.AddConsent(w.ctx, storage.Consent{UserID: w.user.ID, ClientID: w.client.ID, Scopes: []string{"openid"}}))
	w.ok(w.AppendEvents(w.ctx, []audit.Event{
		{ID: "e1", At: w.now, Type: audit.SignIn, UserID: w.user.ID, IP: "192.0.2.1"},
		{ID: "e2", At: w.now, Type: audit.SignIn, UserID: "u_other", IP: "192.0.2.2"},
	}))
}

func TestDeletedUserLeavesNoRowInAnyTable(t *testing.T) {
	for name, url := range urls(t) {
		t.Run(name, func(t *testing.T) {
			d := storagetest.Open(t, url)
			if err := d.Migrate(context.Background()); err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, d)
			w.everywhere()
			wrote := found(t, url, w.user.ID)
			for _, table := range append(tablesOfPeople(t, url), "users") {
				if wrote[table] == 0 && table != "logout_notices" { // which outlive the user, see below
					t.Fatalf("nothing of the user in %s to begin with: %v", table, wrote)
				}
			}
			w.ok(w.DeleteUser(w.ctx, w.user.ID))
			left := found(t, url, w.user.ID)
			if delete(left, "audit_events"); len(left) > 0 {
				t.Errorf("rows that name the user: %v", left)
			}
			if left := found(t, url, w.user.Email); len(left) > 0 {
				t.Errorf("rows that hold the address: %v", left)
			}
			w.is(w.DeleteUser(w.ctx, w.user.ID), storage.ErrNotFound)
		})
	}
}

func TestNoticeToAnApplicationOutlivesTheUserUntilItIsDelivered(t *testing.T) {
	for name, url := range urls(t) {
		t.Run(name, func(t *testing.T) {
			d := storagetest.Open(t, url)
			if err := d.Migrate(context.Background()); err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, d)
			w.redeemed(of(w.notified()))
			w.ok(w.DeleteUser(w.ctx, w.user.ID))
			if left := found(t, url, w.user.ID); len(left) != 1 || left["logout_notices"] != 1 {
				t.Errorf("left: %v", left)
			}
			n, err := w.ClaimLogoutNotice(w.ctx, w.now, 0)
			w.ok(err)
			w.ok(w.ForgetLogoutNotice(w.ctx, n))
			if left := found(t, url, w.user.ID); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

func TestAuditTrailOfADeletedUserIsAnonymous(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.everywhere()
		w.ok(w.DeleteUser(w.ctx, w.user.ID))
		for id, ip := range map[string]string{w.user.ID: "", "u_other": "192.0.2.2"} {
			got, err := w.Events(w.ctx, audit.Filter{UserID: id})
			if err != nil || len(got) != 1 || got[0].IP != ip {
				t.Errorf("events of %s: %+v, %v", id, got, err)
			}
		}
	})
}

// A new user who gets the id and the address inherits nothing.
func TestDeletedUserLeavesNothingToInherit(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.everywhere()
		g := w.redeemed(offline)
		w.ok(w.DeleteUser(w.ctx, w.user.ID))
		w.ok(w.CreateUser(w.ctx, w.user))
		_, err := w.Grant(w.ctx, g.ID)
		w.is(err, storage.ErrNotFound)
		_, _, err = w.Session(w.ctx, w.session.Digest)
		w.is(err, storage.ErrNotFound)
		connections, err := w.Connections(w.ctx, w.user.ID)
		if w.ok(err); len(connections) != 0 || w.factors() != (storage.Factors{}) {
			t.Fatalf("inherited %+v, %+v", connections, w.factors())
		}
	})
}

// tablesOfPeople are those whose rows say whose they are.
func tablesOfPeople(t *testing.T, url string) []string {
	t.Helper()
	db := rawDB(t, url)
	if strings.HasPrefix(url, "sqlite:") {
		return rowsOf(t, db, `SELECT t.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND c.name = 'user_id'`)
	}
	return rowsOf(t, db, `SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'user_id'`)
}

// rawDB opens the database beside the one under test.
func rawDB(t *testing.T, url string) *sql.DB {
	t.Helper()
	driver, name := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, name = "sqlite", path
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// found searches every column of every table and returns in how many rows of each value occurs.
func found(t *testing.T, url, value string) map[string]int {
	t.Helper()
	db, tables := rawDB(t, url), `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	if strings.HasPrefix(url, "sqlite:") {
		tables = `SELECT name FROM sqlite_schema WHERE type = 'table'`
	}
	rows := map[string]int{}
	for _, table := range rowsOf(t, db, tables) {
		for _, row := range rowsOf(t, db, `SELECT * FROM `+table) {
			if strings.Contains(row, value) {
				rows[table]++
			}
		}
	}
	return rows
}

// rowsOf returns each row as text.
func rowsOf(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		texts := make([]string, len(values))
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			texts[i] = fmt.Sprint(v)
		}
		all = append(all, strings.Join(texts, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
