package durable

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/symbolon-id/symbolon/storage"
)

type postgresDB struct {
	pool *pgxpool.Pool
	postgresQueryer
}

var _ db = (*postgresDB)(nil)

func openPostgres(ctx context.Context, url string, c *counters) (*postgresDB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("database_url is not a valid postgres:// URL") // err may quote the password
	}
	// After a failover the old primary answers on: a connection to it must not be used.
	if !strings.Contains(url, "target_session_attrs") {
		config.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	if _, named := config.ConnConfig.RuntimeParams["application_name"]; !named {
		config.ConnConfig.RuntimeParams["application_name"] = "symbolon"
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", storage.ErrUnavailable, err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("%w: %w", storage.ErrUnavailable, err)
	}
	return &postgresDB{pool, postgresQueryer{pool, c, &c.commits}}, nil
}

func (p *postgresDB) Close() error {
	p.pool.Close()
	return nil
}

func (p *postgresDB) Tx(ctx context.Context, do func(queryer) error) error {
	err := pgx.BeginFunc(ctx, p.pool, func(tx pgx.Tx) error {
		return do(&postgresQueryer{tx, p.counters, nil})
	})
	if err == nil {
		p.counters.commits.Add(1)
	}
	return err
}

// Batch needs no BEGIN and COMMIT: what is sent before one Sync is one transaction.
func (p *postgresDB) Batch(ctx context.Context, all []batched) (changed []int64, err error) {
	var batch pgx.Batch
	for _, b := range all {
		if err := unstorable(b.query, b.args); err != nil {
			return nil, err
		}
		p.counters.statement(writes(b.query))
		batch.Queue(b.query, b.args...)
	}
	results := p.pool.SendBatch(ctx, &batch)
	defer func() {
		if err = errors.Join(err, results.Close()); err == nil {
			p.counters.commits.Add(1)
		}
	}()
	for range all {
		tag, err := results.Exec()
		if err != nil {
			return changed, err
		}
		changed = append(changed, tag.RowsAffected())
	}
	return changed, nil
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
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return errAgain
	}
	return nil
}

func (p *postgresDB) writable(ctx context.Context) error {
	var standby, readOnly bool
	err := p.pool.QueryRow(ctx, `SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::boolean`).Scan(&standby, &readOnly)
	if err == nil && (standby || readOnly) {
		return errors.New("database takes no writes")
	}
	return err
}
