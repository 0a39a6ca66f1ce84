package durable

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/symbolon-id/symbolon/migrations"
)

// migrator uses a connection beside the pool, which may have one only. The advisory lock is held
// by that connection and ends with it.
func (p *postgresDB) migrator(context.Context) (migrator, error) {
	steps, err := migrations.PostgreSQL()
	if err != nil {
		return migrator{}, err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return migrator{}, err
	}
	conn := stdlib.OpenDB(*p.pool.Config().ConnConfig)
	conn.SetMaxOpenConns(1)
	g, err := goose.NewProvider(goose.DialectPostgres, conn, steps,
		goose.WithTableName(versionTable), goose.WithSessionLocker(locker))
	if err != nil {
		return migrator{}, errors.Join(err, conn.Close())
	}
	return migrator{g, conn.Close}, nil
}

func (p *postgresDB) hasTable(ctx context.Context, name string, there *bool) error {
	return p.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, []any{name}, there)
}
