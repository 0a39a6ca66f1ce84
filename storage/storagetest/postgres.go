package storagetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
)

// PostgreSQLURL names a fresh, migrated database, dropped when the test ends: of the server that
// SYMBOLON_TEST_POSTGRES_URL names, or else of a private one.
func PostgreSQLURL(t testing.TB) string {
	t.Helper()
	if given := os.Getenv("SYMBOLON_TEST_POSTGRES_URL"); given != "" {
		fresh := createDatabase(t, given, "template1")
		migrate(t, fresh)
		return fresh
	}
	server, err := privatePostgres()
	if err != nil {
		t.Fatal(err)
	}
	return createDatabase(t, server, migrated)
}

// PrivatePostgreSQL names a fresh, migrated database of the private server and the file of the server's
// log.
func PrivatePostgreSQL(t testing.TB) (database, log string) {
	t.Helper()
	server, err := privatePostgres()
	if err != nil {
		t.Fatal(err)
	}
	return createDatabase(t, server, migrated), privateLog
}

// privateLog is set once the private server runs.
var privateLog string

// migrated is the private server's template: to copy it is much faster than to migrate.
const migrated = "migrated"

func createDatabase(t testing.TB, server, template string) string {
	t.Helper()
	name := strings.ToLower(storage.NewID("test_"))
	if err := execSQL(server, `CREATE DATABASE `+name+` TEMPLATE `+template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := execSQL(server, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	fresh, err := inDatabase(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return fresh
}

func inDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("SYMBOLON_TEST_POSTGRES_URL: %w", err)
	}
	u.Path = "/" + name
	return u.String(), nil
}

func execSQL(server, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

func migrate(t testing.TB, database string) {
	t.Helper()
	if err := migrateURL(database); err != nil {
		t.Fatal(err)
	}
}

func migrateURL(database string) error {
	d, err := durable.Open(context.Background(), database)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Migrate(context.Background())
}

// privatePostgres starts the one server of this process. It may lose everything when it crashes,
// which makes it fast.
var privatePostgres = sync.OnceValues(func() (string, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return "", err
	}
	s, err := newServer("postgres")
	if err != nil {
		return "", err
	}
	privateLog = filepath.Join(s.dir, "log")
	data := filepath.Join(s.dir, "data")
	if err := s.run(filepath.Join(bin, "initdb"), "-D", data, "-U", "symbolon", "-A", "trust", "-E", "UTF8",
		"--locale=C", "--no-sync", "--no-instructions"); err != nil {
		return "", err
	}
	port, err := s.start(func(port int) []string {
		return []string{filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1",
			"-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=300",
			"-c", "shared_buffers=64MB", "-c", "deadlock_timeout=100ms"}
	}, func(port int) error { return execSQL(postgresURL(port), `SELECT 1`) })
	if err != nil {
		return "", err
	}
	server := postgresURL(port)
	if err := execSQL(server, `CREATE DATABASE `+migrated); err != nil {
		return "", err
	}
	template, err := inDatabase(server, migrated)
	if err != nil {
		return "", err
	}
	return server, migrateURL(template)
})

func postgresURL(port int) string {
	return fmt.Sprintf("postgres://symbolon@127.0.0.1:%d/postgres?sslmode=disable", port)
}

// postgresPrograms finds the folder of initdb, postgres and the like, which Debian keeps off the PATH.
func postgresPrograms() (string, error) {
	if initdb, err := exec.LookPath("initdb"); err == nil {
		initdb, err = filepath.EvalSymlinks(initdb)
		return filepath.Dir(initdb), err
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("PostgreSQL is not installed: apt-get install postgresql, or name a server in SYMBOLON_TEST_POSTGRES_URL")
	}
	return filepath.Dir(found[len(found)-1]), nil
}
