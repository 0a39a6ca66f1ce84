package durable

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/symbolon-id/symbolon/storage"
)

const (
	// connections is how many a process holds at most, unless the URL says pool_max_conns.
	connections = 16
	// connectTime bounds the attempt at one host: a server that accepts and is silent is left for the next.
	connectTime = 2 * time.Second
	// lockTime bounds the wait for a row or a table that others hold, so that the connection is free
	// again before those who wait for one have lost their patience.
	lockTime = "2s"
)

func openPostgres(ctx context.Context, url string, c *counters) (*postgresDB, error) {
	config, err := postgresConfig(url)
	if err != nil {
		return nil, err
	}
	if err := adaptToPooler(ctx, config.ConnConfig); err != nil {
		return nil, fmt.Errorf("%w: %w", storage.ErrUnavailable, err)
	}
	p := &postgresDB{counters: c, lanes: newLanes(int(config.MaxConns))}
	if p.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, fmt.Errorf("%w: %w", storage.ErrUnavailable, err)
	}
	return p, nil
}

func postgresConfig(url string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("database_url is not a valid postgres:// URL") // err may quote the password
	}
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false } // borrow does
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = connections
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTime
	}
	// After a failover the old primary answers on: a connection to it must not be used.
	if !strings.Contains(url, "target_session_attrs") {
		config.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	setUnlessNamed(config.ConnConfig.RuntimeParams, "application_name", "symbolon")
	return config, nil
}

// adaptToPooler connects once. A pooler such as PgBouncer hands every transaction to another server
// process, where nothing that was prepared or set before exists; it shows by the number of the process,
// which is not the one the connection was given when it was made.
func adaptToPooler(ctx context.Context, config *pgx.ConnConfig) error {
	conn, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return err
	}
	defer hangUp(conn)
	var process uint32
	err = conn.QueryRow(ctx, `SELECT pg_backend_pid()`, pgx.QueryExecModeExec).Scan(&process)
	if err != nil {
		return err
	}
	if process == conn.PgConn().PID() {
		setUnlessNamed(config.RuntimeParams, "lock_timeout", lockTime)
	} else if config.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement {
		config.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	return nil
}

func setUnlessNamed(params map[string]string, name, value string) {
	if _, named := params[name]; !named {
		params[name] = value
	}
}

// hangUp says goodbye, but not for long: the server may be silent.
func hangUp(c *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), pingTime)
	defer cancel()
	_ = c.Close(ctx)
}
