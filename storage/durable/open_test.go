package durable_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/symbolon-id/symbolon/migrations"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// urls names an empty SQLite file and a PostgreSQL database that is migrated already.
func urls(t *testing.T) map[string]string {
	return map[string]string{"SQLite": storagetest.SQLiteURL(t), "PostgreSQL": storagetest.PostgreSQLURL(t)}
}

// raw runs statements behind the store's back.
func raw(t *testing.T, url string, statements ...string) {
	t.Helper()
	db := rawDB(t, url)
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestUnusableURLIsRefusedWithoutRepeatingIt(t *testing.T) {
	for _, url := range []string{"", "sqlite:", "sqlite::memory:", "mysql://root:hunter2@db/x", "postgres://u:hunter2@[::1/x", "symbolon.db"} {
		d, err := durable.Open(context.Background(), url)
		if err == nil {
			d.Close()
			t.Errorf("%q was opened", url)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}

func TestDatabaseThatDoesNotAnswerIsUnavailable(t *testing.T) {
	_, err := durable.Open(context.Background(), "postgres://symbolon@127.0.0.1:1/none?connect_timeout=2")
	if !errors.Is(err, storage.ErrUnavailable) {
		t.Fatalf("got %v", err)
	}
}

func TestClosingAgainChangesNothing(t *testing.T) {
	for name, url := range urls(t) {
		t.Run(name, func(t *testing.T) {
			d := storagetest.Open(t, url) // whose end closes it too
			for range 2 {
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestSQLiteFilesAreReadableByTheirOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	d := storagetest.Open(t, "sqlite:"+filepath.Join(dir, "with space?.db"))
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 3 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
}

func TestManyProcessesMigrateAtOnce(t *testing.T) {
	sqlite, postgres := storagetest.SQLiteURL(t), storagetest.PostgreSQLURL(t)
	raw(t, postgres, `DROP SCHEMA public CASCADE`, `CREATE SCHEMA public`)
	for name, url := range map[string]string{"SQLite": sqlite, "PostgreSQL": postgres} {
		t.Run(name, func(t *testing.T) {
			var group sync.WaitGroup
			for range 4 {
				d := storagetest.Open(t, url)
				group.Go(func() {
					if err := d.Migrate(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			d := storagetest.Open(t, url)
			if err := d.CheckSchema(context.Background()); err != nil {
				t.Error(err)
			}
			steps, err := d.MigrationStatus(context.Background())
			if err != nil || steps[len(steps)-1].Version != migrations.Latest || steps[len(steps)-1].AppliedAt.IsZero() {
				t.Errorf("steps %+v, %v", steps, err)
			}
		})
	}
}

func TestReadOnlyDatabaseIsNotReadyAndRevokesNothing(t *testing.T) {
	ctx, url := context.Background(), storagetest.PostgreSQLURL(t)
	d := storagetest.Open(t, url+"&target_session_attrs=any&default_transaction_read_only=on")
	if err := d.Ready(ctx); err == nil {
		t.Error("ready")
	}
	if err := d.RevokeToken(ctx, "j", time.Now()); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("revoking answers %v", err)
	}
	if _, err := durable.Open(ctx, url+"&default_transaction_read_only=on"); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("without target_session_attrs it opens: %v", err)
	}
}

// A transaction never needs a second connection.
func TestOneConnectionIsEnough(t *testing.T) {
	d := storagetest.Open(t, storagetest.PostgreSQLURL(t)+"&pool_max_conns=1")
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, d)
	won := w.winners(16, nil, func(int) error {
		if _, err := w.StartSession(w.ctx, storage.SignIn{UserID: w.user.ID, Session: w.newSession()}); err != nil {
			return err
		}
		return w.AddGrant(w.ctx, w.newGrant(), storage.Spent{})
	})
	if won != 16 {
		t.Fatalf("%d of 16", won)
	}
}

// As pgbouncer needs it, whose connections do not stay with one client.
func TestWorksWithoutPreparedStatements(t *testing.T) {
	for _, mode := range []string{"exec", "simple_protocol", "cache_describe"} {
		t.Run(mode, func(t *testing.T) {
			w := newWorld(t, storagetest.Open(t, storagetest.PostgreSQLURL(t)+"&default_query_exec_mode="+mode))
			w.lives(w.redeemed(), true)
			got, err := w.Client(w.ctx, w.client.ID)
			if w.ok(err); len(got.Secrets) != 1 || got.RedirectURIs == nil {
				t.Fatalf("got %+v", got)
			}
		})
	}
}

func TestWhatCannotBeKnownIsUnavailable(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		cancelled, cancel := context.WithCancel(w.ctx)
		cancel()
		w.is(w.RevokeToken(cancelled, "j", w.now), storage.ErrUnavailable)
		_, err := w.Client(cancelled, w.client.ID)
		w.is(err, storage.ErrUnavailable)
		w.is(w.AddGrant(cancelled, w.newGrant(), storage.Spent{}), storage.ErrUnavailable)
		w.ok(w.AddGrant(w.ctx, w.newGrant(), storage.Spent{})) // the connection is clean
	})
}

// Another process holds the write lock of the file for a moment.
func TestWriterWaitsForAnotherProcessButNotForever(t *testing.T) {
	url := storagetest.SQLiteURL(t)
	d := storagetest.Open(t, url)
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- d.RevokeToken(context.Background(), "j", time.Now()) }()
	time.Sleep(50 * time.Millisecond)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	hold, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Rollback()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if err := d.RevokeToken(ctx, "k", time.Now()); !errors.Is(err, storage.ErrUnavailable) {
		t.Fatalf("while locked out for good: %v", err)
	}
}
