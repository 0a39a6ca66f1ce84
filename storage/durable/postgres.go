package durable

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/symbolon-id/symbolon/storage"
)

type postgresDB struct {
	pool     *pgxpool.Pool
	lanes    *lanes
	counters *counters
}

var _ db = (*postgresDB)(nil)

func (p *postgresDB) Close() error {
	p.pool.Close()
	return nil
}

func (p *postgresDB) Exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	err = p.single(ctx, query, func(q queryer) error {
		changed, err = q.Exec(ctx, query, args...)
		return err
	})
	return changed, err
}

func (p *postgresDB) Query(ctx context.Context, query string, args []any, each func(scan) error) error {
	return p.single(ctx, query, func(q queryer) error { return q.Query(ctx, query, args, each) })
}

func (p *postgresDB) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	return p.single(ctx, query, func(q queryer) error { return q.QueryRow(ctx, query, args, dest...) })
}

// single runs one statement outside of a transaction. Only one that reads can be repeated when its
// connection dies: a write may have happened.
func (p *postgresDB) single(ctx context.Context, query string, do func(queryer) error) error {
	c, err := p.borrow(ctx, query)
	if err != nil {
		return err
	}
	defer c.giveBack()
	if err = do(&postgresQueryer{c, p.counters}); err != nil {
		return c.failed(ctx, err, !writes(query))
	}
	p.committed(writes(query))
	return nil
}

// Batch needs no BEGIN and COMMIT: what is sent before one Sync is one transaction.
func (p *postgresDB) Batch(ctx context.Context, all []batched) (changed []int64, err error) {
	c, err := p.borrow(ctx, all[0].query)
	if err != nil {
		return nil, err
	}
	defer c.giveBack()
	var batch pgx.Batch
	for _, b := range all {
		if err := unstorable(b.query, b.args); err != nil {
			return nil, err
		}
		p.counters.statement(writes(b.query))
		batch.Queue(b.query, b.args...)
	}
	results := c.SendBatch(ctx, &batch)
	changed, err = rowsAffected(results, len(all))
	if err = errors.Join(err, results.Close()); err != nil {
		return changed, c.failed(ctx, err, false)
	}
	p.committed(true)
	return changed, nil
}

func rowsAffected(results pgx.BatchResults, n int) (changed []int64, err error) {
	for range n {
		tag, err := results.Exec()
		if err != nil {
			return changed, err
		}
		changed = append(changed, tag.RowsAffected())
	}
	return changed, nil
}

func (p *postgresDB) committed(wrote bool) {
	if wrote {
		p.counters.commits.Add(1)
	}
}

// translate knows PostgreSQL's error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
func (p *postgresDB) translate(err error) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Code {
	case "23505": // unique_violation
		return storage.ErrExists
	case "23503": // foreign_key_violation
		return storage.ErrNotFound
	case "40001", "40P01", readOnlyTransaction: // serialization_failure, deadlock_detected
		return errAgain
	}
	return nil
}

func (p *postgresDB) clock(ctx context.Context) (at time.Time, err error) {
	err = p.QueryRow(ctx, `SELECT clock_timestamp()`, nil, &at)
	return at, err
}
