package durable

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/symbolon-id/symbolon/storage"
)

// postgresQueryer runs statements on a connection or in a transaction. pgx prepares each text once
// per connection.
type postgresQueryer struct {
	on interface {
		Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
		Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
		QueryRow(ctx context.Context, query string, args ...any) pgx.Row
	}
	counters *counters
}

var _ queryer = (*postgresQueryer)(nil)

func (q *postgresQueryer) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := unstorable(query, args); err != nil {
		return 0, err
	}
	q.counters.statement(writes(query))
	tag, err := q.on.Exec(ctx, query, args...)
	return tag.RowsAffected(), err
}

func (q *postgresQueryer) Query(ctx context.Context, query string, args []any, each func(scan) error) error {
	if err := unstorable(query, args); errors.Is(err, storage.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	q.counters.statement(writes(query))
	rows, err := q.on.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (q *postgresQueryer) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	if err := unstorable(query, args); err != nil {
		return err
	}
	q.counters.statement(writes(query))
	err := q.on.QueryRow(ctx, query, args...).Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return storage.ErrNotFound
	}
	return err
}
