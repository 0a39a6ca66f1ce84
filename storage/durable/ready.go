package durable

import (
	"context"
	"errors"
	"fmt"

	"github.com/symbolon-id/symbolon/migrations"
)

// SchemaError: the database has another schema than this release works with.
type SchemaError struct {
	Have int64 // version found
	Want int64 // version this release was built for
}

func (e *SchemaError) Error() string {
	if e.Have > e.Want {
		return fmt.Sprintf("the database has schema %d, but this release knows only up to %d: a newer release has migrated it; run that one, or restore a backup from before", e.Have, e.Want)
	}
	return fmt.Sprintf("the database has schema %d and this release needs %d: run `symbolon migrate up`", e.Have, e.Want)
}

// CheckSchema returns a *SchemaError unless the database has the schema of this release. A server
// asks before it starts.
func (d *DB) CheckSchema(ctx context.Context) error {
	have, err := d.schema(ctx)
	if err == nil && have != migrations.Latest {
		err = &SchemaError{Have: have, Want: migrations.Latest}
	}
	return err
}

// Ready returns nil when this is a primary that takes writes, with a schema we can work on. One
// newer than ours is in order here: a newer node has migrated it while we run, and it adds only.
func (d *DB) Ready(ctx context.Context) error {
	if err := d.run(ctx, d.db.writable); err != nil {
		return fmt.Errorf("database is not writable: %w", err)
	}
	err := d.CheckSchema(ctx)
	var other *SchemaError
	if errors.As(err, &other) && other.Have > other.Want {
		return nil
	}
	return err
}

// schema returns the version of the schema, 0 when the database is empty.
func (d *DB) schema(ctx context.Context) (int64, error) {
	var version int64
	var there bool
	err := d.run(ctx, func(ctx context.Context) error { return d.db.hasTable(ctx, versionTable, &there) })
	if err == nil && there {
		err = d.queryRow(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM `+versionTable, nil, &version)
	}
	if err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	return version, nil
}
