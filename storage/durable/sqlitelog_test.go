package durable_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func TestCopyBesideTheLogOfAnotherDatabaseIsRefused(t *testing.T) {
	url := storagetest.SQLiteURL(t)
	path := strings.TrimPrefix(url, "sqlite:")
	d := storagetest.Open(t, url)
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept := addNamed(t, d, "kept@example.com")
	dir := t.TempDir()
	backup, crashed := filepath.Join(dir, "backup.db"), filepath.Join(dir, "symbolon.db")
	vacuumInto(t, path, backup)
	lost := addNamed(t, d, "lost@example.com")
	copyFile(t, path+"-wal", crashed+"-wal") // as a crash leaves it

	copyFile(t, backup, crashed)
	if again, err := durable.Open(t.Context(), "sqlite:"+crashed); err == nil {
		again.Close()
		t.Fatal("the log of the lost database is replayed into the copy")
	} else if !strings.Contains(err.Error(), "remove "+crashed+"-wal") {
		t.Fatal(err)
	}
	if err := os.Remove(crashed + "-wal"); err != nil {
		t.Fatal(err)
	}
	restored := storagetest.Open(t, "sqlite:"+crashed)
	if _, err := restored.User(t.Context(), kept); err != nil {
		t.Error(err)
	}
	if _, err := restored.User(t.Context(), lost); err == nil {
		t.Error("the copy holds what came after it")
	}
	copyFile(t, path, filepath.Join(dir, "other.db")) // a database and its own log
	copyFile(t, path+"-wal", filepath.Join(dir, "other.db-wal"))
	recovered := storagetest.Open(t, "sqlite:"+filepath.Join(dir, "other.db"))
	if _, err := recovered.User(t.Context(), lost); err != nil {
		t.Error("what a crash left in the log is lost:", err)
	}
}

func addNamed(t *testing.T, d *durable.DB, email string) string {
	t.Helper()
	u := storage.User{ID: storage.NewID(storage.UserPrefix), Email: email}
	if err := d.CreateUser(context.Background(), u); err != nil {
		t.Fatal(err)
	}
	return u.ID
}

func vacuumInto(t *testing.T, path, copied string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `VACUUM INTO $1`, copied); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
