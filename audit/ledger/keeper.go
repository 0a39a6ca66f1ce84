package ledger

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/symbolon-id/symbolon/audit"
)

// Store keeps events, and the tree over them.
type Store interface {
	tileStore
	// TakeAuditTurn gives the turn to one caller, unless it was taken after since or there is nothing to do.
	TakeAuditTurn(ctx context.Context, now, since time.Time) (bool, error)
	AuditSize(ctx context.Context) (int64, error)
	// NewEvents returns events that have no leaf, or whose count has risen since.
	NewEvents(ctx context.Context, limit int) ([]audit.Stored, error)
	// AppendLeaves adds to a tree of this size, or nothing and storage.ErrConflict when it has another.
	AppendLeaves(ctx context.Context, size int64, leaves []audit.Leaf, tiles []audit.Tile) error
	AddCheckpoint(ctx context.Context, c audit.Checkpoint) error
}

// Keeper adds a leaf for each new event and signs a checkpoint when there are some. Several nodes may each
// run one.
type Keeper struct {
	Store    Store
	Key      ed25519.PrivateKey
	Origin   string
	Interval time.Duration
	Log      *slog.Logger
	Now      func() time.Time // nil: the system's clock

	last Head // that this keeper signed: what was in the log then must still be
}

// Run takes its turn about once in an interval until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(k.Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := k.Turn(ctx); err != nil && ctx.Err() == nil {
				k.Log.LogAttrs(ctx, slog.LevelError, "audit checkpoint not made", slog.Any("error", err))
			}
		}
	}
}

// Turn adds what is new and signs a checkpoint, unless another node has done so in this interval.
func (k *Keeper) Turn(ctx context.Context) error {
	now := k.now()
	mine, err := k.Store.TakeAuditTurn(ctx, now, now.Add(-k.Interval*3/4)) // nodes tick at different times
	if err != nil || !mine {
		return err
	}
	c, err := k.Checkpoint(ctx)
	if err != nil || c.Size == 0 {
		return err
	}
	// In the log it is wherever logs are kept.
	k.Log.LogAttrs(ctx, slog.LevelInfo, "audit checkpoint", slog.Int64("size", c.Size), slog.String("checkpoint", c.Note))
	return nil
}

// Checkpoint adds what is new, and signs and stores a checkpoint of all there is. It is the zero one when
// there is nothing. ErrRewritten when the log does not extend the checkpoint before it.
func (k *Keeper) Checkpoint(ctx context.Context) (c audit.Checkpoint, err error) {
	if err := k.appendAll(ctx); err != nil {
		return c, err
	}
	size, err := k.Store.AuditSize(ctx)
	if err != nil || size == 0 {
		return c, err
	}
	hashes := hashesOf(ctx, k.Store, nil)
	root, err := tlog.TreeHash(size, hashes)
	if err != nil {
		return c, fmt.Errorf("read root of the audit log: %w", err)
	}
	head := Head{k.Origin, size, root, k.now().Truncate(time.Millisecond)}
	if err := extends(head, k.last, hashes); err != nil {
		return c, err
	}
	c.Size, c.At = head.Size, head.At
	if c.Note, err = sign(head, k.Key); err != nil {
		return c, fmt.Errorf("sign checkpoint: %w", err)
	}
	k.last = head
	return c, k.Store.AddCheckpoint(ctx, c)
}

func (k *Keeper) now() time.Time {
	if k.Now == nil {
		return time.Now()
	}
	return k.Now()
}
