package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/migrations"
	"github.com/symbolon-id/symbolon/storage"
)

const (
	versionTable = "schema_version"
	fillBatch    = 500 // rows of a step that fills; others wait for one batch at most
)

// migrator runs what a migration does while no other process migrates, in one transaction.
type migrator interface {
	queryer
	// script runs the statements of a step.
	script(ctx context.Context, s migrations.Step) error
}

// Migration is one step of the schema.
type Migration struct {
	Version   int64     `json:"version"`
	Name      string    `json:"name"`
	AppliedAt time.Time `json:"applied_at"` // zero: pending
}

// Migrate raises the schema to that of this release. Of many processes each does the steps that it
// finds undone. A newer schema that this release works on is left as it is; any other is a *SchemaError.
func (d *DB) Migrate(ctx context.Context) error {
	err := d.CheckSchema(ctx)
	var old *SchemaError
	if !errors.As(err, &old) || old.Have > old.Want {
		return err
	}
	steps, table := d.db.steps()
	if err := d.db.migrate(ctx, func(m migrator) error { return m.script(ctx, migrations.Step{SQL: table}) }); err != nil {
		return fmt.Errorf("migrate: %w", d.translate(err))
	}
	for _, s := range steps {
		if err := d.apply(ctx, s); err != nil {
			return fmt.Errorf("migrate: %s: %w", s.Name, d.translate(err))
		}
	}
	return nil
}

func (d *DB) apply(ctx context.Context, s migrations.Step) error {
	if s.Fills != (migrations.Column{}) {
		return d.fill(ctx, s)
	}
	return d.db.migrate(ctx, func(m migrator) error {
		if done, err := isApplied(ctx, m, s); done || err != nil {
			return err
		}
		if err := m.script(ctx, s); err != nil {
			return err
		}
		return recordStep(ctx, m, s)
	})
}

// fill pauses after each batch for as long as that took.
func (d *DB) fill(ctx context.Context, s migrations.Step) error {
	for from, done := "", false; !done; {
		began := time.Now()
		err := d.db.migrate(ctx, func(m migrator) (err error) {
			from, done, err = fillFrom(ctx, m, s, from)
			return err
		})
		if err != nil {
			return err
		}
		if err := pause(ctx, time.Since(began)); err != nil {
			return err
		}
	}
	return nil
}

// fillFrom fills the batch after the key from, and returns its last key.
func fillFrom(ctx context.Context, m migrator, s migrations.Step, from string) (to string, done bool, err error) {
	if done, err = isApplied(ctx, m, s); done || err != nil {
		return from, done, err
	}
	next := fmt.Sprintf(`SELECT COALESCE(MAX(k), '') FROM (SELECT %[2]s AS k FROM %[1]s WHERE %[2]s > $1 ORDER BY %[2]s LIMIT %[3]d) batch`,
		s.Fills.Table, s.Fills.Name, fillBatch)
	if err = m.QueryRow(ctx, next, []any{from}, &to); err != nil {
		return from, false, err
	}
	if to == "" {
		return from, true, recordStep(ctx, m, s)
	}
	_, err = m.Exec(ctx, s.SQL, from, to)
	return to, false, err
}

func isApplied(ctx context.Context, q queryer, s migrations.Step) (applied bool, err error) {
	err = q.QueryRow(ctx, `SELECT COUNT(*) > 0 FROM `+versionTable+` WHERE version_id = $1`, []any{s.Version}, &applied)
	return applied, err
}

// recordStep also notes, with the last step, which releases work on the schema from now on.
func recordStep(ctx context.Context, q queryer, s migrations.Step) error {
	_, err := q.Exec(ctx, `INSERT INTO `+versionTable+` (version_id, is_applied, tstamp) VALUES ($1, TRUE, CURRENT_TIMESTAMP)`, s.Version)
	if err != nil || s.Version != migrations.Latest {
		return err
	}
	_, err = q.Exec(ctx, `UPDATE `+versionTable+` SET oldest = $1 WHERE version_id = $2`, int64(migrations.Oldest), s.Version)
	return err
}

// MigrationStatus returns every step this release knows, in order, and when it was applied.
func (d *DB) MigrationStatus(ctx context.Context) (all []Migration, err error) {
	steps, _ := d.db.steps()
	for _, s := range steps {
		at, err := d.appliedAt(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("read migrations: %w", err)
		}
		all = append(all, Migration{Version: s.Version, Name: s.Name, AppliedAt: at})
	}
	return all, nil
}

func (d *DB) appliedAt(ctx context.Context, s migrations.Step) (at time.Time, err error) {
	if there, err := d.hasTable(ctx, versionTable); err != nil || !there {
		return at, err
	}
	err = d.queryRow(ctx, `SELECT tstamp FROM `+versionTable+` WHERE version_id = $1`, []any{s.Version}, &at)
	if errors.Is(err, storage.ErrNotFound) {
		return time.Time{}, nil
	}
	return at, err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
