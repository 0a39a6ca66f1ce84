package durable_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/symbolon-id/symbolon/migrations"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

const filledRows = 2000

// filled is a PostgreSQL database that a test migrates by hand. Before each step every empty table gets rows.
type filled struct {
	t    *testing.T
	conn *pgx.Conn
}

func newFilled(t *testing.T) filled {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), emptyPostgres(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	f := filled{t, conn}
	f.run(`CREATE TABLE schema_version (version_id BIGINT NOT NULL)`)
	return f
}

func emptyPostgres(t *testing.T) (url string) {
	t.Helper()
	url = storagetest.PostgreSQLURL(t)
	raw(t, url, `DROP SCHEMA public CASCADE`, `CREATE SCHEMA public`)
	return url
}

func (f filled) run(text string) {
	f.t.Helper()
	if err := f.conn.PgConn().Exec(f.t.Context(), text).Close(); err != nil {
		f.t.Fatalf("%s\n%v", text, err)
	}
}

// fill gives rows to tables that have none. Every text of row n is the same, so that what refers to
// another row finds it.
func (f filled) fill() {
	f.t.Helper()
	columns := map[string][][2]string{}
	rows, err := f.conn.Query(f.t.Context(), `SELECT table_name, column_name, data_type FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name <> 'schema_version' ORDER BY table_name, ordinal_position`)
	if err != nil {
		f.t.Fatal(err)
	}
	for rows.Next() {
		var table, name, kind string
		if err := rows.Scan(&table, &name, &kind); err != nil {
			f.t.Fatal(err)
		}
		columns[table] = append(columns[table], [2]string{name, kind})
	}
	if rows.Err() != nil {
		f.t.Fatal(rows.Err())
	}
	f.run(`SET session_replication_role = replica`) // tables are filled in any order
	for table, all := range columns {
		f.run(insertRows(table, all))
	}
	f.run(`SET session_replication_role = DEFAULT; ANALYZE`)
}

func insertRows(table string, columns [][2]string) string {
	values := map[string]string{"text": `'k' || n`, "bigint": `n`, "boolean": `FALSE`, "bytea": `decode(md5(n::text), 'hex')`}
	var names, selected []string
	for _, c := range columns {
		names, selected = append(names, c[0]), append(selected, values[c[1]])
	}
	return fmt.Sprintf(`INSERT INTO %[1]s (%[2]s) SELECT %[3]s FROM generate_series(1, %[4]d) n WHERE NOT EXISTS (SELECT 1 FROM %[1]s)`,
		table, strings.Join(names, ", "), strings.Join(selected, ", "), filledRows)
}

// touched runs a text in a transaction and returns how many rows it read and wrote of tables that were
// there before.
func (f filled) touched(text string, args ...any) (rows int64) {
	f.t.Helper()
	err := pgx.BeginFunc(f.t.Context(), f.conn, func(tx pgx.Tx) (err error) {
		var known []string
		var before, after int64
		if err := tx.QueryRow(f.t.Context(), `SELECT array_agg(relid::bigint::text) FROM pg_stat_xact_user_tables`).Scan(&known); err != nil {
			return err
		}
		const sum = `SELECT COALESCE(SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0) + n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint
			FROM pg_stat_xact_user_tables WHERE relid::bigint::text = ANY($1)`
		if err := tx.QueryRow(f.t.Context(), sum, known).Scan(&before); err != nil {
			return err
		}
		if len(args) > 0 {
			_, err = tx.Exec(f.t.Context(), text, args...)
		} else {
			err = f.conn.PgConn().Exec(f.t.Context(), text).Close()
		}
		err = errors.Join(err, tx.QueryRow(f.t.Context(), sum, known).Scan(&after))
		rows = after - before
		return err
	})
	if err != nil {
		f.t.Fatalf("%s\n%v", text, err)
	}
	return rows
}

// What would hold everyone up on a filled database is found by counting, not by a clock.
func TestStepsThatWouldStallAreFound(t *testing.T) {
	f := newFilled(t)
	f.run(migrations.PostgreSQL()[0].SQL)
	f.fill()
	for _, text := range []string{
		`CREATE INDEX x ON users (name)`,
		`ALTER TABLE users ADD CONSTRAINT y CHECK (name <> '')`,
		`ALTER TABLE users ALTER COLUMN created_at TYPE NUMERIC`,
		`ALTER TABLE users ADD COLUMN z TEXT NOT NULL DEFAULT md5(random()::text)`,
		`UPDATE users SET name = 'x'`,
		`CREATE TABLE names AS SELECT name FROM users`,
	} {
		if n := f.touched(text); n < filledRows {
			t.Errorf("%s: %d rows counted", text, n)
		}
	}
}

// No step, of today or to come, makes a filled database wait: DDL touches no row that is there, rows are
// filled in by batches, and indexes are built beside what goes on.
func TestNoStepStallsAFilledDatabase(t *testing.T) {
	f := newFilled(t)
	for _, s := range migrations.PostgreSQL() {
		f.fill()
		switch {
		case s.Alone:
			for _, statement := range strings.SplitAfter(s.SQL, ";\n") {
				if strings.Contains(statement, " INDEX ") && !strings.Contains(statement, " CONCURRENTLY ") {
					t.Errorf("%s makes others wait: %s", s.Name, statement)
				}
				f.run(statement)
			}
		case s.Fills != (migrations.Column{}):
			f.run(fmt.Sprintf(`INSERT INTO schema_version SELECT %d`, s.Version))
			var to string
			next := fmt.Sprintf(`SELECT max(k) FROM (SELECT %[2]s AS k FROM %[1]s ORDER BY %[2]s LIMIT 100) batch`, s.Fills.Table, s.Fills.Name)
			if err := f.conn.QueryRow(t.Context(), next).Scan(&to); err != nil {
				t.Fatal(err)
			}
			if n := f.touched(s.SQL, "", to); n > 1000 {
				t.Errorf("%s touches %d rows for a batch of 100", s.Name, n)
			}
		default:
			if n := f.touched(s.SQL); n > 0 {
				t.Errorf("%s reads or writes %d rows that were there", s.Name, n)
			}
		}
	}
}

// stepsUpTo migrates by hand as an older release did.
func stepsUpTo(t *testing.T, url string, version int64) {
	t.Helper()
	steps, table := migrations.SQLite(), `CREATE TABLE schema_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')))`
	if !strings.HasPrefix(url, "sqlite:") {
		steps, table = migrations.PostgreSQL(), `CREATE TABLE schema_version (id INTEGER PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, version_id BIGINT NOT NULL, is_applied BOOLEAN NOT NULL, tstamp TIMESTAMP NOT NULL DEFAULT now())`
	}
	raw(t, url, table)
	for _, s := range steps {
		if s.Version > version {
			return
		}
		for statement := range strings.SplitSeq(s.SQL, ";\n") {
			raw(t, url, statement)
		}
		raw(t, url, fmt.Sprintf(`INSERT INTO schema_version (version_id, is_applied) VALUES (%d, TRUE)`, s.Version))
	}
}

func insertUsers(n int) string {
	var rows []string
	for i := range n {
		rows = append(rows, fmt.Sprintf(`('u_%[1]d', 'p%[1]d@example.org', 'p%[1]d@example.org', TRUE, 'P', 1, 1, 0, '[]', '{}')`, i))
	}
	return `INSERT INTO users (id, email, email_key, email_verified, name, created_at, updated_at, disabled_at, member_of, profile) VALUES ` + strings.Join(rows, ", ")
}

func TestFillReachesEveryRow(t *testing.T) {
	const people = 1234 // more than two batches
	for name, url := range map[string]string{"SQLite": storagetest.SQLiteURL(t), "PostgreSQL": emptyPostgres(t)} {
		t.Run(name, func(t *testing.T) {
			stepsUpTo(t, url, 5)
			raw(t, url, insertUsers(people))
			d := migrated(t, url)
			for _, i := range []int{0, 499, 500, people - 1} {
				u, err := d.UserByEmail(t.Context(), fmt.Sprintf("p%d@example.org", i))
				if err != nil || u.ID != fmt.Sprintf("u_%d", i) {
					t.Errorf("%d: %v, %v", i, u.ID, err)
				}
			}
			if got := count(t, url, `SELECT COUNT(*) FROM addresses`); got != people {
				t.Errorf("%d addresses of %d people", got, people)
			}
		})
	}
}

func count(t *testing.T, url, query string) (n int) {
	t.Helper()
	db := rawDB(t, url)
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A migration that has to wait for a long reader, such as a backup, lets all others pass meanwhile.
func TestMigrationThatWaitsLetsOthersPass(t *testing.T) {
	url := emptyPostgres(t)
	stepsUpTo(t, url, 5)
	raw(t, url, insertUsers(10))
	db := rawDB(t, url)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	backup, err := db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer backup.Rollback()
	if _, err := backup.ExecContext(ctx, `SELECT COUNT(*) FROM users`); err != nil {
		t.Fatal(err)
	}
	d, done := storagetest.Open(t, url), make(chan error, 1)
	go func() { done <- d.Migrate(ctx) }()
	waitsForLock(t, ctx, db)
	for range 5 {
		var n int
		if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM users`).Scan(&n); err != nil || n != 10 {
			t.Fatalf("a reader waits for a migration that waits: %d, %v", n, err)
		}
	}
	select {
	case err := <-done:
		t.Fatalf("it did not wait: %v", err)
	default:
	}
	if err := backup.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func waitsForLock(t *testing.T, ctx context.Context, db *sql.DB) {
	t.Helper()
	for waiting := 0; waiting == 0; time.Sleep(time.Millisecond) {
		if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'`).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
	}
}
