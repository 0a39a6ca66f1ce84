// Package storagetest gives tests real stores to throw away: SQLite files, databases of a private
// PostgreSQL server and of a private Redis, started when a test first asks and stopped with the test
// process. Nothing is ever skipped: a missing server program fails the test and says what to install.
package storagetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/symbolon-id/symbolon/storage/durable"
)

// Databases runs test once on each kind of durable store, on both at the same time: what they mostly do
// is wait. Every open is a fresh, migrated one.
func Databases(t *testing.T, test func(t *testing.T, open func(t *testing.T) *durable.DB)) {
	t.Helper()
	t.Run("on", func(t *testing.T) { // returns when both have
		for name, open := range map[string]func(testing.TB) *durable.DB{"SQLite": SQLite, "PostgreSQL": PostgreSQL} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, func(t *testing.T) *durable.DB { return open(t) })
			})
		}
	})
}

// SQLite returns a fresh, migrated database in a file of its own.
func SQLite(t testing.TB) *durable.DB {
	t.Helper()
	fresh, err := migratedFile()
	if err != nil {
		t.Fatal(err)
	}
	url := SQLiteURL(t)
	if err := os.WriteFile(strings.TrimPrefix(url, "sqlite:"), fresh, 0o600); err != nil {
		t.Fatal(err)
	}
	return Open(t, url)
}

// migratedFile is what the migrations make of an empty file: to copy it is much faster.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "symbolon-migrated-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "symbolon.db")
	d, err := durable.Open(context.Background(), "sqlite:"+path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(d.Migrate(context.Background()), d.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

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
