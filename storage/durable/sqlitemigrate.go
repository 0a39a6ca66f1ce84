package durable

import (
	"context"
	"database/sql"
	"errors"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/symbolon-id/symbolon/migrations"
)

func (s *sqliteDB) migrator(context.Context) (migrator, error) {
	steps, err := migrations.SQLite()
	if err != nil {
		return migrator{}, err
	}
	conn, err := sql.Open("sqlite", dsn(s.path, "0")+"&_txlock=immediate")
	if err != nil {
		return migrator{}, err
	}
	conn.SetMaxOpenConns(1)
	p, err := goose.NewProvider(goose.DialectSQLite3, conn, steps,
		goose.WithTableName(versionTable), goose.WithLocker(&fileLock{path: s.path + "-migrate"}))
	if err != nil {
		return migrator{}, errors.Join(err, conn.Close())
	}
	return migrator{p, conn.Close}, nil
}

func (s *sqliteDB) hasTable(ctx context.Context, name string, there *bool) error {
	return s.QueryRow(ctx, `SELECT COUNT(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = $1`, []any{name}, there)
}

// fileLock is held by one process at a time and ends with it: a transaction on an empty SQLite
// database beside the real one, which a running server can go on using meanwhile.
type fileLock struct {
	path string
	db   *sql.DB
	tx   *sql.Tx
}

var _ lock.Locker = (*fileLock)(nil)

func (l *fileLock) Lock(ctx context.Context, _ *sql.DB) error {
	if err := createPrivate(l.path); err != nil {
		return err
	}
	var err error
	if l.db, err = sql.Open("sqlite", "file:"+escape(l.path)+"?_pragma=busy_timeout(300000)&_txlock=exclusive"); err != nil {
		return err
	}
	if l.tx, err = l.db.BeginTx(ctx, nil); err != nil {
		return errors.Join(err, l.db.Close())
	}
	return nil
}

func (l *fileLock) Unlock(context.Context, *sql.DB) error {
	return errors.Join(l.tx.Rollback(), l.db.Close())
}
