package durable

import (
	"context"

	"github.com/symbolon-id/symbolon/migrations"
)

func (s *sqliteDB) steps() (all []migrations.Step, table string) {
	return migrations.SQLite(), `CREATE TABLE IF NOT EXISTS ` + versionTable + ` (
		id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now')))`
}

// migrate keeps others out by the write lock, which every transaction begins with.
func (s *sqliteDB) migrate(ctx context.Context, do func(migrator) error) error {
	for {
		err := s.Tx(ctx, func(queryer) error { return do(sqliteMigrator{s.writer}) })
		if err == nil || s.translate(err) != errAgain {
			return err
		}
		if err := pause(ctx, lockPause); err != nil {
			return err
		}
	}
}

type sqliteMigrator struct{ *sqliteWriter }

func (m sqliteMigrator) script(ctx context.Context, s migrations.Step) error {
	_, err := m.conn.ExecContext(ctx, s.SQL)
	return err
}

func (s *sqliteDB) hasTable(ctx context.Context, name string, there *bool) error {
	return s.QueryRow(ctx, `SELECT COUNT(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = $1`, []any{name}, there)
}
