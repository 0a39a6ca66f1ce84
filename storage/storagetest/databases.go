// Package storagetest gives tests real stores to throw away: SQLite files, databases of a private
// PostgreSQL server and of a private Redis, started when a test first asks and gone with the test
// process. Nothing is ever skipped: a missing server program fails the test and says what to install.
package storagetest

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/symbolon-id/symbolon/storage/durable"
)

// Databases runs test once on each kind of durable store. Every open is a fresh, migrated one.
func Databases(t *testing.T, test func(t *testing.T, open func(t *testing.T) *durable.DB)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(t, func(t *testing.T) *durable.DB { return SQLite(t) }) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, func(t *testing.T) *durable.DB { return PostgreSQL(t) }) })
}

// SQLite returns a fresh, migrated database in a file of its own.
func SQLite(t testing.TB) *durable.DB {
	t.Helper()
	d := Open(t, SQLiteURL(t))
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return d
}

// SQLiteURL names a file that does not exist yet.
func SQLiteURL(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "symbolon.db") }

// PostgreSQL returns a fresh, migrated database of the test server.
func PostgreSQL(t testing.TB) *durable.DB {
	t.Helper()
	return Open(t, PostgreSQLURL(t))
}

// Open connects to what url names until the test ends.
func Open(t testing.TB, url string) *durable.DB {
	t.Helper()
	d, err := durable.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}
