package ledger_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/audit/ledger"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

const day = 24 * time.Hour

var retention = audit.Retention{Rest: 400 * day, Refused: 90 * day, Types: map[string]time.Duration{audit.TokenIssued: 30 * day}}

// world is a database with a keeper and a way around both.
type world struct {
	*durable.DB
	t   *testing.T
	url string
	key ed25519.PrivateKey
	now time.Time
}

func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for name, url := range map[string]string{"SQLite": storagetest.SQLiteURL(t), "PostgreSQL": storagetest.PostgreSQLURL(t)} {
		t.Run(name, func(t *testing.T) { test(t, newWorld(t, url)) })
	}
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	d := storagetest.Open(t, url)
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	d.AuditRetention = retention
	return &world{DB: d, t: t, url: url, key: key, now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
}

func (w *world) keeper() *ledger.Keeper {
	return &ledger.Keeper{Store: w.DB, Key: w.key, Origin: "login.example/audit", Interval: time.Minute,
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now }}
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// add stores events e<from>…, one each second.
func (w *world) add(from, to int, change ...func(*audit.Event)) {
	w.t.Helper()
	var events []audit.Event
	for i := from; i < to; i++ {
		e := audit.Event{
			ID: fmt.Sprintf("e%04d", i), At: w.now.Add(time.Duration(i) * time.Millisecond), Type: audit.SignIn, Outcome: audit.Success,
			UserID: fmt.Sprint("u_", i%3), ClientID: "c_1", Target: "t", Method: "passkey", IP: "192.0.2.1", TraceID: "x", Count: 1,
		}
		for _, c := range change {
			c(&e)
		}
		events = append(events, e)
	}
	w.ok(w.AppendEvents(w.t.Context(), events))
}

// turn lets an interval pass, and a keeper work.
func (w *world) turn() {
	w.t.Helper()
	w.now = w.now.Add(time.Minute)
	w.ok(w.keeper().Turn(w.t.Context()))
}

func (w *world) verify(earlier string) (ledger.Report, error) {
	return ledger.Verifier{Store: w.DB, Key: w.key.Public().(ed25519.PublicKey), Retention: w.AuditRetention, Now: w.now}.Verify(w.t.Context(), earlier)
}

func (w *world) verified() ledger.Report {
	w.t.Helper()
	r, err := w.verify("")
	w.ok(err)
	return r
}

// around runs a statement past the store, as someone with access to the database can.
func (w *world) around(statement string) {
	w.t.Helper()
	driver, name := "pgx", w.url
	if path, ok := strings.CutPrefix(w.url, "sqlite:"); ok {
		driver, name = "sqlite", path
	}
	db, err := sql.Open(driver, name)
	w.ok(err)
	defer db.Close()
	_, err = db.Exec(statement)
	w.ok(err)
}

func (w *world) fault(want ledger.Fault) {
	w.t.Helper()
	_, err := w.verify("")
	var f *ledger.Fault
	if !errors.As(err, &f) || f.What != want.What || f.EventID != want.EventID || want.Leaf != 0 && f.Leaf != want.Leaf {
		w.t.Errorf("got %v, want %v", err, &want)
	}
}

func TestEveryEventIsInTheTreeOnceWhoeverAddsIt(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		const nodes, writers, each = 8, 8, 150
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				for j := range each {
					e := audit.Event{ID: fmt.Sprintf("w%d-%03d", i, j), At: w.now, Type: audit.SignIn, Outcome: audit.Success, Count: 1}
					if err := w.AppendEvents(context.Background(), []audit.Event{e}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range nodes {
			all.Go(func() {
				for range 20 {
					if _, err := w.keeper().Append(context.Background()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		for range 2 {
			w.turn() // what the nodes left
		}
		if r := w.verified(); r.Size != writers*each || r.Verified != writers*each || r.New != 0 {
			t.Errorf("%+v", r)
		}
	})
}

func TestOneNodeSignsACheckpointInAnInterval(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var signed bytes.Buffer
		log := slog.New(slog.NewTextHandler(&signed, nil))
		turns := func() {
			w.now = w.now.Add(time.Minute)
			var all sync.WaitGroup
			for range 16 {
				all.Go(func() {
					k := w.keeper()
					k.Log = log
					if err := k.Turn(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		turns()
		if signed.Len() > 0 {
			t.Errorf("a checkpoint of nothing: %s", &signed)
		}
		for i := range 3 {
			w.add(i*10, i*10+10)
			turns()
			turns() // nothing is new
			if n := strings.Count(signed.String(), "audit checkpoint"); n != i+1 {
				t.Errorf("%d checkpoints of %d", n, i+1)
			}
		}
		if r := w.verified(); r.Size != 30 || !strings.Contains(r.Checkpoint, "login.example/audit\n30\n") {
			t.Errorf("%+v", r)
		}
	})
}

func TestFirstEventThatWasTamperedWithIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		statement string
		want      ledger.Fault
	}{
		"changed":                  {`UPDATE audit_events SET user_id = 'u_9' WHERE id IN ('e0300', 'e0411')`, ledger.Fault{What: ledger.Changed, EventID: "e0300", Leaf: 301}},
		"earlier":                  {`UPDATE audit_events SET at = at - 1 WHERE id = 'e0300'`, ledger.Fault{What: ledger.Changed, EventID: "e0300"}},
		"another address":          {`UPDATE audit_events SET ip = '198.51.100.1' WHERE id = 'e0300'`, ledger.Fault{What: ledger.Changed, EventID: "e0300"}},
		"an address after erasure": {`UPDATE audit_events SET ip_salt = '' WHERE id = 'e0300'`, ledger.Fault{What: ledger.Changed, EventID: "e0300"}},
		"a higher salted address":  {`UPDATE audit_events SET ip_digest = '' WHERE id = 'e0300'`, ledger.Fault{What: ledger.Changed, EventID: "e0300"}},
		"a scope":                  {`UPDATE audit_events SET scopes = 'admin' WHERE id = 'e0300'`, ledger.Fault{What: ledger.Changed, EventID: "e0300"}},
		"missing":                  {`DELETE FROM audit_events WHERE id = 'e0300'`, ledger.Fault{What: ledger.Missing, EventID: "e0300", Leaf: 301}},
		"missing with its leaf":    {`DELETE FROM audit_leaves WHERE event_id = 'e0300'`, ledger.Fault{What: ledger.Missing, Leaf: 301}},
		"missing, dated back":      {`UPDATE audit_leaves SET at = 1 WHERE event_id = 'e0300'`, ledger.Fault{What: ledger.Changed, EventID: "e0300"}},
		"added with a leaf": {`INSERT INTO audit_events (id, at, type, outcome, reason, user_id, client_id, target, method, ip, trace_id, leaf, leaf_count)
			VALUES ('x', 1777636800000, 'session.start', 'success', '', '', '', '', '', '', '', 301, 1)`, ledger.Fault{What: ledger.Added, EventID: "x", Leaf: 301}},
		"added as if it were covered": {`INSERT INTO audit_events (id, at, type, outcome, reason, user_id, client_id, target, method, ip, trace_id, leaf_count)
			VALUES ('x', 1777636800000, 'session.start', 'success', '', '', '', '', '', '', '', 1)`, ledger.Fault{What: ledger.Added, EventID: "x"}},
		"added as if it never happened": {`INSERT INTO audit_events (id, at, type, outcome, reason, user_id, client_id, target, method, ip, trace_id, count)
			VALUES ('x', 1777636800000, 'session.start', 'success', '', '', '', '', '', '', '', 0)`, ledger.Fault{What: ledger.Added, EventID: "x"}},
		"a leaf for it as well":       {`UPDATE audit_leaves SET event_id = 'e0301' WHERE event_id = 'e0300'`, ledger.Fault{What: ledger.Changed, EventID: "e0301", Leaf: 301}},
		"the tree":                    {`UPDATE audit_tiles SET hashes = (SELECT hashes FROM audit_tiles WHERE level = 0 AND number = 0) WHERE level = 0 AND number = 1`, ledger.Fault{What: ledger.Changed}},
		"changed to be recorded anew": {`UPDATE audit_events SET user_id = 'u_9', count = 2 WHERE id = 'e0300'`, ledger.Fault{What: ledger.Changed, EventID: "e0300"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, storagetest.SQLiteURL(t))
			w.add(0, 600)
			w.turn()
			w.verified()
			w.around(c.statement)
			w.fault(c.want)
			w.turn()
			w.fault(c.want) // nor does it heal
		})
	}
}

func TestCheckpointOfAnotherKeyIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.add(0, 10)
		w.turn()
		genuine := w.verified().Checkpoint
		forged := strings.Replace(genuine, "\n10\n", "\n9\n", 1)
		if _, err := w.verify(forged); !errors.Is(err, ledger.ErrCheckpoint) {
			t.Errorf("a changed checkpoint: %v", err)
		}
		_, w.key, _ = ed25519.GenerateKey(nil)
		if _, err := w.verify(""); !errors.Is(err, ledger.ErrCheckpoint) {
			t.Errorf("a checkpoint of another key: %v", err)
		}
	})
}

// Those who can write to the database and sign can make a new history, which a checkpoint kept elsewhere reveals.
func TestLogExtendsACheckpointKeptElsewhereOrIsAnother(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var kept []string
		for i := range 6 {
			w.add(i*111, i*111+111)
			w.turn()
			kept = append(kept, w.verified().Checkpoint)
		}
		for _, earlier := range kept {
			if _, err := w.verify(earlier); err != nil {
				t.Error(err)
			}
		}
		another := newWorld(t, storagetest.SQLiteURL(t))
		another.key = w.key
		another.add(0, 600, func(e *audit.Event) { e.UserID = "u_forged" })
		another.turn()
		another.verified()
		for i, earlier := range kept {
			var f *ledger.Fault
			want := ledger.Changed
			if i == 5 { // of 666
				want = ledger.Missing
			}
			if _, err := another.verify(earlier); !errors.As(err, &f) || f.What != want {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}

// Without the secret, a new history can still be made from what an old checkpoint covers, by removing those after
// it. A node that has seen more does not sign it.
func TestRunningNodeSignsNoRewrittenLog(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		k := w.keeper()
		turn := func() error { w.now = w.now.Add(time.Minute); k.Now = w.keeper().Now; return k.Turn(t.Context()) }
		w.add(0, 100)
		w.ok(turn())
		w.add(100, 200)
		w.ok(turn())
		kept := w.verified().Checkpoint
		for _, rewrite := range []string{
			`DELETE FROM audit_checkpoints WHERE size = 200`, `DELETE FROM audit_leaves WHERE number > 100`, `UPDATE audit_tree SET size = 100`,
			`UPDATE audit_events SET leaf = 0, leaf_count = 0, user_id = 'u_9' WHERE leaf > 100`,
		} {
			w.around(rewrite)
		}
		if err := turn(); !errors.Is(err, ledger.ErrRewritten) {
			t.Errorf("signed: %v", err)
		}
		w.add(200, 300)
		if err := turn(); !errors.Is(err, ledger.ErrRewritten) {
			t.Errorf("signed when it had grown: %v", err)
		}
		w.turn() // a node that was just started
		var f *ledger.Fault
		if _, err := w.verify(kept); !errors.As(err, &f) || f.What != ledger.Changed {
			t.Errorf("the checkpoint that was kept: %v", err)
		}
	})
}

func TestErasedPlacesAndRetentionLeaveTheLogVerifiable(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.ok(w.CreateUser(ctx, storage.User{ID: "u_1", Email: "ada@example.org", CreatedAt: w.now, UpdatedAt: w.now}))
		w.add(0, 300)
		w.turn()
		w.add(300, 600)
		w.ok(w.DeleteUser(ctx, "u_1"))
		w.turn()
		if r := w.verified(); r.Verified != 600 {
			t.Errorf("%+v", r)
		}
		if events, err := w.Events(ctx, audit.Filter{UserID: "u_1", Limit: 1000}); err != nil || len(events) != 200 || events[0].IP != "" {
			t.Errorf("%d events: %v", len(events), err)
		}
		earlier := w.verified().Checkpoint

		w.add(600, 650, func(e *audit.Event) { e.Type = audit.TokenIssued })
		w.turn()
		w.now = w.now.Add(31 * day)
		w.add(700, 800)
		w.turn()
		w.sweep()
		if r := w.verified(); r.Verified != 700 || r.Removed != 50 {
			t.Errorf("after 31 days: %+v", r)
		}
		w.now = w.now.Add(380 * day)
		w.add(800, 900)
		w.turn()
		w.sweep()
		r, err := w.verify(earlier)
		if w.ok(err); r.Verified != 200 || r.Removed != 650 || r.Size != 850 {
			t.Errorf("after 411 days: %+v", r)
		}
		if leaves, _, err := w.Leaves(ctx, 0, 1000); err != nil || len(leaves) != 200 {
			t.Errorf("%d leaves are kept: %v", len(leaves), err)
		}
		w.around(`DELETE FROM audit_leaves WHERE event_id = 'e0700'`)
		w.fault(ledger.Fault{What: ledger.Missing, Leaf: 651})
	})
}

func (w *world) sweep() {
	w.t.Helper()
	_, err := w.Sweep(w.t.Context(), w.now)
	w.ok(err)
}

// A count is stored when its window is over: it gets a leaf of its own, and can only rise.
func TestCountThatRisesGetsAnotherLeaf(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.add(0, 10)
		w.turn()
		w.add(3, 4, func(e *audit.Event) { e.At, e.Count = w.now.Add(-time.Minute+3*time.Millisecond), 700 })
		if r := w.verified(); r.Verified != 10 || r.New != 1 {
			t.Errorf("before: %+v", r)
		}
		w.turn()
		if r := w.verified(); r.Verified != 10 || r.Size != 11 || r.New != 0 {
			t.Errorf("after: %+v", r)
		}
		w.around(`UPDATE audit_events SET count = 1 WHERE id = 'e0003'`)
		w.fault(ledger.Fault{What: ledger.Changed, EventID: "e0003"})
	})
}

// A node that stops between the leaves and their checkpoint leaves both to the next turn.
func TestLeavesWithoutACheckpointGetOneLater(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.add(0, 10)
		w.turn()
		w.add(10, 30)
		if n, err := w.keeper().Append(t.Context()); n != 20 || err != nil {
			t.Fatal(n, err)
		}
		if r := w.verified(); r.Size != 10 || r.Verified != 10 || r.New != 20 {
			t.Errorf("%+v", r)
		}
		w.turn()
		if r := w.verified(); r.Size != 30 || r.Verified != 30 {
			t.Errorf("%+v", r)
		}
	})
}

// What a backup restores verifies, and a checkpoint from after it shows what is missing.
func TestRestoredBackupVerifiesAndLacksWhatCameAfter(t *testing.T) {
	w := newWorld(t, storagetest.SQLiteURL(t))
	w.add(0, 300)
	w.turn()
	w.add(300, 310) // which no checkpoint covers
	copied := storagetest.SQLiteURL(t)
	w.around(`VACUUM INTO '` + strings.TrimPrefix(copied, "sqlite:") + `'`)
	before := w.verified().Checkpoint
	w.add(310, 500)
	w.turn()
	after := w.verified().Checkpoint

	restored := &world{DB: storagetest.Open(t, copied), t: t, url: copied, key: w.key, now: w.now}
	restored.AuditRetention = retention
	if r, err := restored.verify(before); err != nil || r.Verified != 300 || r.New != 10 {
		t.Errorf("%+v, %v", r, err)
	}
	for i, want := range []string{ledger.Missing, ledger.Changed} {
		var f *ledger.Fault
		if _, err := restored.verify(after); !errors.As(err, &f) || f.What != want {
			t.Errorf("%d: %v", i, err)
		}
		restored.add(500, 900) // it lives on
		restored.turn()
		restored.verified()
	}
}

// While nodes are replaced, the previous release stores events that know nothing of leaves, and raises counts.
func TestEventsOfThePreviousReleaseAreCovered(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		const insert = `INSERT INTO audit_events (id, at, type, outcome, reason, user_id, client_id, target, method, ip, trace_id, count)
			VALUES ('old', 1000, 'client.authenticate', 'refused', '', '', 'a_1', '', '', '192.0.2.1', '', 1)`
		w.around(insert)
		w.turn()
		w.around(`UPDATE audit_events SET count = 5 WHERE id = 'old'`)
		w.turn()
		if r := w.verified(); r.Verified != 1 || r.Size != 2 || r.New != 0 {
			t.Errorf("%+v", r)
		}
		w.around(`UPDATE audit_events SET client_id = 'a_2' WHERE id = 'old'`)
		w.fault(ledger.Fault{What: ledger.Changed, EventID: "old", Leaf: 1})
	})
}

func TestExportIsVerifiedWithoutTheServer(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.ok(w.CreateUser(ctx, storage.User{ID: "u_1", Email: "ada@example.org", CreatedAt: w.now, UpdatedAt: w.now}))
		w.add(0, 400)
		w.turn()
		w.ok(w.DeleteUser(ctx, "u_1"))
		var lines [][]byte
		wanted := func(e audit.Event) bool { return e.UserID != "u_2" }
		w.ok(ledger.Export(ctx, w.DB, w.key.Public().(ed25519.PublicKey), wanted, func(e ledger.Exported) error {
			line, err := json.Marshal(e)
			lines = append(lines, line)
			return err
		}))
		vkey, err := ledger.VerifierKey("login.example/audit", w.key.Public().(ed25519.PublicKey))
		w.ok(err)
		if n, err := verifyLines(vkey, lines); n != 267 || err != nil {
			t.Fatalf("%d lines: %v", n, err)
		}
		for _, replace := range [][2]string{
			{`"user_id":"u_0"`, `"user_id":"u_9"`}, {`"ip":"192.0.2.1"`, `"ip":"192.0.2.2"`}, {`"leaf":1,`, `"leaf":2,`}, {`"count":1`, `"count":2`},
			{`"ip":"192.0.2.1",`, ``}, {`"proof":["`, `"proof":["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","`},
		} {
			changed := append([][]byte{}, lines...)
			changed[1] = bytes.Replace(lines[1], []byte(replace[0]), []byte(replace[1]), 1)
			if bytes.Equal(changed[1], lines[1]) {
				t.Fatalf("%s is not in %s", replace[0], lines[1])
			}
			var f *ledger.Fault
			if _, err := verifyLines(vkey, changed); !errors.As(err, &f) || f.EventID != "e0000" {
				t.Errorf("%s: %v", replace[1], err)
			}
		}
		other, _, _ := ed25519.GenerateKey(nil)
		vkey, err = ledger.VerifierKey("login.example/audit", other)
		w.ok(err)
		if _, err := verifyLines(vkey, lines); !errors.Is(err, ledger.ErrCheckpoint) {
			t.Errorf("by another key: %v", err)
		}
	})
}

func verifyLines(vkey string, lines [][]byte) (int64, error) {
	f, err := ledger.NewFileVerifier(vkey)
	if err != nil {
		return 0, err
	}
	for _, line := range lines {
		var e ledger.Exported
		if err := json.Unmarshal(line, &e); err != nil {
			return 0, err
		}
		if err := f.Line(e); err != nil {
			return f.Report.Verified, err
		}
	}
	return f.Report.Verified, nil
}
