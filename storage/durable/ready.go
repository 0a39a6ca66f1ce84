package durable

import (
	"context"
	"fmt"

	"github.com/symbolon-id/symbolon/migrations"
	"github.com/symbolon-id/symbolon/storage"
)

// SchemaError reports that the database has another schema than this release works with.
type SchemaError struct {
	Have int64 // version found
	Want int64 // version this release was built for
}

func (e *SchemaError) Error() string {
	if e.Have > e.Want {
		return fmt.Sprintf("the database has schema %d, which a newer release has made and this one, of schema %d, cannot work with: run the newer one, or restore a backup from before", e.Have, e.Want)
	}
	return fmt.Sprintf("the database has schema %d and this release needs %d: run `symbolon migrate up`", e.Have, e.Want)
}

// CheckSchema returns a *SchemaError unless this release works with the schema of the database: its own,
// or a newer one that says so.
func (d *DB) CheckSchema(ctx context.Context) error {
	have, err := d.schema(ctx)
	if err != nil || have == migrations.Latest {
		return err
	}
	if have > migrations.Latest {
		var oldest int64
		err := d.queryRow(ctx, `SELECT oldest FROM `+versionTable+` WHERE version_id = $1`, []any{have}, &oldest)
		if err != nil {
			return fmt.Errorf("read schema version: %w", err)
		}
		if 0 < oldest && oldest <= migrations.Latest {
			return nil
		}
	}
	return &SchemaError{Have: have, Want: migrations.Latest}
}

// Ready returns nil when the database takes writes, found out by writing, and has a schema this release
// works with.
func (d *DB) Ready(ctx context.Context) error {
	if err := d.CheckSchema(ctx); err != nil {
		return err
	}
	// SQLite writes nothing when nothing changes.
	err := d.execOne(ctx, storage.ErrUnavailable, `INSERT INTO probe (id, writes) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET writes = probe.writes + 1`)
	if err != nil {
		return fmt.Errorf("database is not writable: %w", err)
	}
	return nil
}

// schema returns the version of the schema, 0 when the database is empty.
func (d *DB) schema(ctx context.Context) (version int64, err error) {
	there, err := d.hasTable(ctx, versionTable)
	if err == nil && there {
		err = d.queryRow(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM `+versionTable, nil, &version)
	}
	if err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	return version, nil
}

func (d *DB) hasTable(ctx context.Context, name string) (there bool, err error) {
	err = d.run(ctx, func(ctx context.Context) error { return d.db.hasTable(ctx, name, &there) })
	return there, err
}
