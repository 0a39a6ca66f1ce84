package durable

import (
	"context"
	"database/sql"
	"errors"
	"os"

	"github.com/symbolon-id/symbolon/storage"
)

// sqliteWriter is the one connection that writes. Only the holder of the turn uses it.
type sqliteWriter struct {
	path     string
	file     os.FileInfo // of path when it was opened
	turn     chan struct{}
	pool     *sql.DB // of this one connection
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
	counters *counters
}

var _ queryer = (*sqliteWriter)(nil)

func openSQLiteWriter(ctx context.Context, path string, c *counters) (*sqliteWriter, error) {
	file, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", dsn(path, "0"))
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return &sqliteWriter{
		path: path, file: file, turn: make(chan struct{}, 1), pool: pool, conn: conn,
		prepared: map[string]*sql.Stmt{}, counters: c,
	}, nil
}

func (w *sqliteWriter) Close() error {
	w.turn <- struct{}{} // for good: what comes later waits until its deadline
	for _, st := range w.prepared {
		st.Close()
	}
	return errors.Join(w.conn.Close(), w.pool.Close())
}

// alone runs do when it is this caller's turn.
func (w *sqliteWriter) alone(ctx context.Context, do func() error) error {
	select {
	case w.turn <- struct{}{}:
		defer func() { <-w.turn }()
		if err := w.isThere(); err != nil {
			return err
		}
		return do()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isThere returns an error when what is written would be lost after a restart.
func (w *sqliteWriter) isThere() error {
	now, err := os.Stat(w.path)
	if err == nil && !os.SameFile(w.file, now) {
		err = errors.New("the database file was replaced while the server runs: restart it")
	}
	return err
}

// tx begins with the write lock, so that nothing read inside can be stale when it writes. Whatever
// fails, also when it is unknown whether BEGIN or COMMIT happened, ROLLBACK leaves the
// connection clean for the next.
func (w *sqliteWriter) tx(ctx context.Context, do func(queryer) error) error {
	err := w.command(ctx, "BEGIN IMMEDIATE")
	if err == nil {
		err = do(w)
	}
	if err == nil {
		err = w.command(context.WithoutCancel(ctx), "COMMIT")
	}
	if err != nil {
		w.command(context.WithoutCancel(ctx), "ROLLBACK") // fails when there is nothing to roll back
	}
	return err
}

func (w *sqliteWriter) command(ctx context.Context, text string) error {
	st, err := w.statement(ctx, text)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(ctx)
	return err
}

func (w *sqliteWriter) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if known, ok := w.prepared[query]; ok {
		return known, nil
	}
	st, err := w.conn.PrepareContext(ctx, query)
	if err == nil {
		w.prepared[query] = st
	}
	return st, err
}

func (w *sqliteWriter) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	st, err := w.statement(ctx, query)
	if err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	w.counters.statement(writes(query))
	// As with reads: to be able to interrupt it costs more than the statement itself.
	result, err := st.ExecContext(context.WithoutCancel(ctx), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (w *sqliteWriter) Query(ctx context.Context, query string, args []any, each func(scan) error) error {
	st, err := w.statement(ctx, query)
	if err != nil {
		return err
	}
	w.counters.statement(writes(query))
	return querySQL(ctx, st, args, each)
}

func (w *sqliteWriter) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	return one(dest, func(each func(scan) error) error { return w.Query(ctx, query, args, each) })
}

// querySQL reads to the end: only there does SQLite commit a statement that writes and returns
// rows, and only there does it report that this failed.
func querySQL(ctx context.Context, st *sql.Stmt, args []any, each func(scan) error) error {
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// one scans the single row of a query into dest.
func one(dest []any, query func(each func(scan) error) error) error {
	found := false
	err := query(func(s scan) error {
		found = true
		return s(dest...)
	})
	if err == nil && !found {
		return storage.ErrNotFound
	}
	return err
}
