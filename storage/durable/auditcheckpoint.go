package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// AddCheckpoint keeps a checkpoint, unless there is one of this size.
func (d *DB) AddCheckpoint(ctx context.Context, c audit.Checkpoint) error {
	_, err := d.exec(ctx, `INSERT INTO audit_checkpoints (size, at, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, c.Size, ms(c.At), c.Note)
	if err != nil {
		return fmt.Errorf("add checkpoint: %w", err)
	}
	return nil
}

// LastCheckpoint returns the newest checkpoint, of those from before a time unless that is zero. It is the
// zero one when there is none.
func (d *DB) LastCheckpoint(ctx context.Context, before time.Time) (c audit.Checkpoint, err error) {
	err = d.queryRow(ctx, `SELECT size, at, note FROM audit_checkpoints WHERE (at < $1 OR $1 = 0) ORDER BY at DESC, size DESC LIMIT 1`,
		[]any{ms(before)}, &c.Size, instant{&c.At}, &c.Note)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return c, fmt.Errorf("read checkpoint: %w", err)
	}
	return c, nil
}
