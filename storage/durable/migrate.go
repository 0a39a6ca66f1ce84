package durable

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/symbolon-id/symbolon/migrations"
)

const versionTable = "schema_version"

// migrator is goose on a connection of its own, which close releases.
type migrator struct {
	*goose.Provider
	close func() error
}

// Migration is one step of the schema.
type Migration struct {
	Version   int64     `json:"version"`
	Name      string    `json:"name"`
	AppliedAt time.Time `json:"applied_at"` // zero: pending
}

// Migrate raises the schema to that of this release. Of many processes one does it and the others
// wait for it. A schema newer than ours is a *SchemaError.
func (d *DB) Migrate(ctx context.Context) error {
	have, err := d.schema(ctx)
	if err != nil || have == migrations.Latest {
		return err
	}
	if have > migrations.Latest {
		return &SchemaError{Have: have, Want: migrations.Latest}
	}
	m, err := d.db.migrator(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	_, err = m.Up(ctx)
	if err = errors.Join(err, m.close()); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// MigrationStatus returns every step this release knows, in order, and when it was applied.
func (d *DB) MigrationStatus(ctx context.Context) (steps []Migration, err error) {
	m, err := d.db.migrator(ctx)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	defer func() { err = errors.Join(err, m.close()) }()
	all, err := m.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	for _, s := range all {
		steps = append(steps, Migration{Version: s.Source.Version, Name: path.Base(s.Source.Path), AppliedAt: s.AppliedAt})
	}
	return steps, nil
}
