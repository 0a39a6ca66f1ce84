package durable

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// postgresTx is a transaction that begins with its first statement, which is also the kind of work
// that its connection is borrowed for.
type postgresTx struct {
	db   *postgresDB
	conn *borrowed
	tx   pgx.Tx
}

var _ queryer = (*postgresTx)(nil)

// Tx can be repeated as long as COMMIT was not sent: a connection that dies takes its transaction along.
func (p *postgresDB) Tx(ctx context.Context, do func(queryer) error) error {
	t := &postgresTx{db: p}
	defer t.end()
	if err := do(t); err != nil {
		return t.failed(ctx, err, true)
	}
	if t.tx == nil {
		return nil
	}
	if err := t.tx.Commit(ctx); err != nil {
		return t.failed(ctx, err, false)
	}
	p.committed(true)
	return nil
}

// end gives the connection back, clean.
func (t *postgresTx) end() {
	if t.conn == nil {
		return
	}
	if t.tx != nil {
		ctx, cancel := context.WithTimeout(context.Background(), pingTime)
		defer cancel()
		_ = t.tx.Rollback(ctx) // does nothing after COMMIT, or on a dead connection
	}
	t.conn.giveBack()
}

func (t *postgresTx) failed(ctx context.Context, err error, repeatable bool) error {
	if t.conn == nil {
		return err
	}
	return t.conn.failed(ctx, err, repeatable)
}

func (t *postgresTx) begin(ctx context.Context, kind string) (q *postgresQueryer, err error) {
	if t.conn == nil {
		if t.conn, err = t.db.borrow(ctx, kind); err != nil {
			return nil, err
		}
		if t.tx, err = t.conn.Begin(ctx); err != nil {
			return nil, err
		}
	}
	return &postgresQueryer{t.tx, t.db.counters}, nil
}

func (t *postgresTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	q, err := t.begin(ctx, query)
	if err != nil {
		return 0, err
	}
	return q.Exec(ctx, query, args...)
}

func (t *postgresTx) Query(ctx context.Context, query string, args []any, each func(scan) error) error {
	q, err := t.begin(ctx, query)
	if err != nil {
		return err
	}
	return q.Query(ctx, query, args, each)
}

func (t *postgresTx) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	q, err := t.begin(ctx, query)
	if err != nil {
		return err
	}
	return q.QueryRow(ctx, query, args, dest...)
}
