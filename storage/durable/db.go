// Package durable keeps what must last: people, what they sign in with, sessions, clients, grants,
// single uses, keys, mail and the audit trail, on SQLite or PostgreSQL.
//
// One SQL text serves both databases; only the schema (package migrations) differs. Every security
// transition is one conditional statement, and no row changed is the refusal: nothing is read,
// judged and then written. Expiry is judged when a row is read, never by its having been swept.
//
// Errors are those of package storage. Where the database cannot say whether something happened
// the error is storage.ErrUnavailable, and the same call can be repeated safely.
package durable

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/migrations"
	"github.com/symbolon-id/symbolon/storage"
)

// DB is the durable store. It is safe for concurrent use, by many processes on one database.
type DB struct {
	// Clock is what expiry is judged by where the caller gives no time.
	Clock clock.Clock
	// AuditRetention is for how long Sweep keeps audit events.
	AuditRetention audit.Retention
	Issuer

	db       db
	counters *counters
}

// Issuer is what the issuer that uses a DB asks of it.
type Issuer struct {
	// Keep is what must be left of a user's factors when one is dropped.
	Keep storage.Keep
	// ClientStored is called after a client was created or changed; nil: nothing is.
	ClientStored func(ctx context.Context, c storage.Client)
}

// For returns a handle for an issuer on the same connections. Rows do not name their issuer yet: two
// issuers need two databases.
func (d *DB) For(i Issuer) *DB {
	handle := *d
	handle.Issuer = i
	return &handle
}

// queryer runs statements. A statement that finds nothing for QueryRow is storage.ErrNotFound.
type queryer interface {
	// Exec returns how many rows it changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// Query calls each once per row, with the function that scans it.
	Query(ctx context.Context, query string, args []any, each func(scan) error) error
	// QueryRow scans the one row into dest.
	QueryRow(ctx context.Context, query string, args []any, dest ...any) error
}

type scan func(dest ...any) error

// batched is a statement of a Batch.
type batched struct {
	query string
	args  []any
}

// db is what differs between the databases.
type db interface {
	queryer
	// Tx commits what do did, unless it returns an error. It never needs a second connection.
	Tx(ctx context.Context, do func(queryer) error) error
	// Batch commits all or none, in one round trip, and returns how many rows each changed. When
	// one fails, they are the counts of those before it.
	Batch(ctx context.Context, all []batched) ([]int64, error)
	// translate turns an error of the driver into one of package storage, or errAgain; nil when
	// it has no such meaning.
	translate(err error) error
	// clock returns the time of the clock that all who use the database have in common.
	clock(ctx context.Context) (time.Time, error)
	// steps returns the steps of the schema, and the DDL of the table of those that were applied.
	steps() (all []migrations.Step, table string)
	// migrate commits what do did while no other process migrates.
	migrate(ctx context.Context, do func(migrator) error) error
	hasTable(ctx context.Context, name string, there *bool) error
	Close() error
}

// Open connects to the database that url names, "sqlite:path" or "postgres://…". It does not
// touch the schema: see Migrate and CheckSchema.
func Open(ctx context.Context, url string) (*DB, error) {
	d := &DB{counters: &counters{}}
	var err error
	switch scheme, rest, _ := strings.Cut(url, ":"); scheme {
	case "sqlite":
		d.db, err = openSQLite(ctx, rest, d.counters)
	case "postgres", "postgresql":
		d.db, err = openPostgres(ctx, url, d.counters)
	default:
		// The URL may hold a password: it is not repeated.
		return nil, errors.New(`database_url must begin with "sqlite:" or "postgres://"`)
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return d, nil
}

// Close waits for running statements and releases the database. To close it again changes nothing.
func (d *DB) Close() error { return d.db.Close() }

const (
	patience = 3 * time.Second // of an operation whose caller set no deadline
	attempts = 3               // of what can be repeated
)

// errAgain reports that nothing was done, and the same call may well succeed now.
var errAgain = errors.New("to be repeated")

func (d *DB) exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	err = d.run(ctx, func(ctx context.Context) error {
		changed, err = d.db.Exec(ctx, query, args...)
		return err
	})
	return changed, err
}

// execOne returns none when the statement changed nothing.
func (d *DB) execOne(ctx context.Context, none error, query string, args ...any) error {
	return d.run(ctx, func(ctx context.Context) error { return execOne(ctx, d.db, none, query, args...) })
}

func execOne(ctx context.Context, q queryer, none error, query string, args ...any) error {
	changed, err := q.Exec(ctx, query, args...)
	if err == nil && changed == 0 {
		return none
	}
	return err
}

func (d *DB) queryRow(ctx context.Context, query string, args []any, dest ...any) error {
	return d.run(ctx, func(ctx context.Context) error { return d.db.QueryRow(ctx, query, args, dest...) })
}

// list returns what read makes of each row.
func list[T any](ctx context.Context, d *DB, query string, args []any, read func(scan) (T, error)) ([]T, error) {
	var all []T
	err := d.run(ctx, func(ctx context.Context) error {
		all = nil
		return d.db.Query(ctx, query, args, func(s scan) error {
			one, err := read(s)
			all = append(all, one)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func (d *DB) tx(ctx context.Context, do func(context.Context, queryer) error) error {
	return d.run(ctx, func(ctx context.Context) error {
		return d.db.Tx(ctx, func(q queryer) error { return do(ctx, q) })
	})
}

// run bounds do in time, repeats it when nothing of it was done, and translates its error.
func (d *DB) run(ctx context.Context, do func(context.Context) error) error {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	for attempt := 1; ; attempt++ {
		err := d.translate(do(ctx))
		if !errors.Is(err, errAgain) || attempt == attempts {
			return err
		}
		pause := time.Duration(attempt) * (2 + rand.N(8*time.Millisecond))
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

func (d *DB) translate(err error) error {
	if err == nil {
		return nil
	}
	for _, known := range []error{storage.ErrNotFound, storage.ErrSpent, storage.ErrExists, storage.ErrLast, storage.ErrFull, storage.ErrMalformed, storage.ErrUnavailable} {
		if errors.Is(err, known) {
			return err
		}
	}
	switch meaning := d.db.translate(err); meaning {
	case nil:
		return fmt.Errorf("%w: %w", storage.ErrUnavailable, err)
	case errAgain:
		return fmt.Errorf("%w: %w: %w", storage.ErrUnavailable, errAgain, err)
	default:
		return meaning
	}
}
