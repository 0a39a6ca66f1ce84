package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/symbolon-id/symbolon/storage"
)

// sqliteDB has one connection that writes, because SQLite has one writer at a time and to wait
// for it in Go is fair and cheap; readers see every commit and never wait for a writer.
type sqliteDB struct {
	path     string
	writer   *sqliteWriter
	readers  *sql.DB
	prepared sync.Map // SQL text → *sql.Stmt, of readers
	counters *counters
	close    func() error
}

var _ db = (*sqliteDB)(nil)

func openSQLite(ctx context.Context, path string, c *counters) (*sqliteDB, error) {
	path, err := sqlitePath(path)
	if err != nil {
		return nil, err
	}
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	if err := checkLog(path); err != nil {
		return nil, err
	}
	writer, err := openSQLiteWriter(ctx, path, c)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", storage.ErrUnavailable, err)
	}
	readers, err := sql.Open("sqlite", dsn(path, "1"))
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	most := max(4, runtime.GOMAXPROCS(0))
	readers.SetMaxOpenConns(most)
	readers.SetMaxIdleConns(most)
	s := &sqliteDB{path: path, writer: writer, readers: readers, counters: c}
	s.close = sync.OnceValue(s.release)
	return s, nil
}

// createPrivate makes the file readable by no other user; SQLite gives its -wal and -shm files the
// same permissions.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn sets synchronous=FULL because in WAL mode anything less can lose the last commits, and with
// them a revocation, when the power fails. While SQLite waits for another process it cannot be
// interrupted: busy_timeout is short and the statement repeated instead.
func dsn(path, queryOnly string) string {
	return "file:" + escape(path) + "?_pragma=busy_timeout(700)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=trusted_schema(0)&_pragma=query_only(" + queryOnly + ")"
}

func escape(path string) string { return (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() }

func (s *sqliteDB) Close() error { return s.close() }

func (s *sqliteDB) release() error {
	var errs []error
	s.prepared.Range(func(_, st any) bool {
		errs = append(errs, st.(*sql.Stmt).Close())
		return true
	})
	return errors.Join(append(errs, s.readers.Close(), s.writer.Close())...)
}

func (s *sqliteDB) Exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	err = s.writer.alone(ctx, func() error {
		changed, err = s.writer.Exec(ctx, query, args...)
		return err
	})
	return changed, s.committed(err)
}

func (s *sqliteDB) Query(ctx context.Context, query string, args []any, each func(scan) error) error {
	if writes(query) {
		return s.committed(s.writer.alone(ctx, func() error { return s.writer.Query(ctx, query, args, each) }))
	}
	st, err := s.statement(ctx, query)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.counters.statement(false)
	// To be able to interrupt a read costs goroutines that take as long as the read itself.
	return querySQL(context.WithoutCancel(ctx), st, args, each)
}

func (s *sqliteDB) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	return one(dest, func(each func(scan) error) error { return s.Query(ctx, query, args, each) })
}

func (s *sqliteDB) Tx(ctx context.Context, do func(queryer) error) error {
	return s.committed(s.writer.alone(ctx, func() error { return s.writer.tx(ctx, do) }))
}

func (s *sqliteDB) Batch(ctx context.Context, all []batched) (changed []int64, err error) {
	err = s.Tx(ctx, func(q queryer) error {
		for _, b := range all {
			n, err := q.Exec(ctx, b.query, b.args...)
			if err != nil {
				return err
			}
			changed = append(changed, n)
		}
		return nil
	})
	return changed, err
}

func (s *sqliteDB) committed(err error) error {
	if err == nil {
		s.counters.commits.Add(1)
	}
	return err
}

// statement prepares each text that reads once.
func (s *sqliteDB) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if known, ok := s.prepared.Load(query); ok {
		return known.(*sql.Stmt), nil
	}
	fresh, err := s.readers.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if known, raced := s.prepared.LoadOrStore(query, fresh); raced {
		return known.(*sql.Stmt), fresh.Close()
	}
	return fresh, nil
}

// translate knows SQLite's result codes: https://sqlite.org/rescode.html
func (s *sqliteDB) translate(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return storage.ErrExists
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return storage.ErrNotFound
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return errAgain
	}
	return nil
}

// clock is this machine's, like that of every process that uses the file.
func (s *sqliteDB) clock(context.Context) (time.Time, error) { return time.Now(), nil }
