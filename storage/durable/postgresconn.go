package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// idleTrust is how long an idle connection is believed to work; after it, a ping of at most pingTime decides.
	idleTrust = time.Second
	pingTime  = time.Second

	lastUsed = "last used" // among what pgx keeps with a connection for us
)

// readOnlyTransaction is SQLSTATE read_only_sql_transaction: a server that was a primary is none any more.
const readOnlyTransaction = "25006"

// borrowed is a connection of the pool that one piece of work has to itself.
type borrowed struct {
	*pgxpool.Conn
	pool  *pgxpool.Pool
	leave func()
}

// borrow returns a connection that works, as far as can be known. What fails here left nothing behind.
func (p *postgresDB) borrow(ctx context.Context, kind string) (*borrowed, error) {
	leave, err := p.lanes.enter(ctx, kind)
	if err != nil {
		return nil, fmt.Errorf("wait for work of this kind: %w", err)
	}
	for {
		conn, err := p.pool.Acquire(ctx)
		if err != nil {
			leave()
			return nil, fmt.Errorf("%w: wait for a connection: %w", errAgain, err)
		}
		if isAlive(ctx, conn.Conn()) {
			return &borrowed{conn, p.pool, leave}, nil
		}
		conn.Hijack()
		p.pool.Reset() // if this one is silent, so are the others
	}
}

// isAlive asks a connection that was idle for a while.
func isAlive(ctx context.Context, c *pgx.Conn) bool {
	used, ok := c.PgConn().CustomData()[lastUsed].(time.Time)
	if !ok || time.Since(used) < idleTrust {
		return true
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pingTime)
	defer cancel()
	return c.Ping(ctx) == nil
}

// giveBack keeps a connection that failed out of the pool at once: until a silent server has let go of it,
// it would take the place of one that works.
func (b *borrowed) giveBack() {
	defer b.leave()
	c := b.Conn.Conn()
	if c.IsClosed() {
		b.Hijack()
		return
	}
	if !leadsToPrimary(c) {
		b.pool.Reset()
	}
	c.PgConn().CustomData()[lastUsed] = time.Now()
	b.Release()
}

// leadsToPrimary reads what PostgreSQL has reported along with its answers, so that a server which was
// demoted and kept its connections is left also by work that only reads.
func leadsToPrimary(c *pgx.Conn) bool {
	return c.PgConn().ParameterStatus("in_hot_standby") != "on" &&
		c.PgConn().ParameterStatus("default_transaction_read_only") != "on"
}

// failed judges what an error says about the server. When a connection dies or turns out to lead to a
// server that takes no writes, no other is trusted either: all are made anew, on whichever host is the
// primary now. Work that left nothing behind is errAgain.
func (b *borrowed) failed(ctx context.Context, err error, repeatable bool) error {
	died := b.Conn.Conn().IsClosed() && ctx.Err() == nil
	if died || isReadOnly(err) {
		b.pool.Reset()
	}
	if died && repeatable {
		return fmt.Errorf("%w: %w", errAgain, err)
	}
	return err
}

func isReadOnly(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == readOnlyTransaction
}
