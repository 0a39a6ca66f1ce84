package ledger

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

const (
	leavesAtOnce = 256
	turnTime     = time.Minute // of a turn; what is left waits for the next
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

// ErrRewritten says that the log no longer begins with what it was when this process last looked.
var ErrRewritten = errors.New("the audit log was rewritten")

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

// extends returns ErrRewritten when a tree does not begin with an earlier one. An outage stays one.
func extends(now, earlier Head, hashes tlog.HashReader) error {
	if earlier.Size == 0 {
		return nil
	}
	if now.Size < earlier.Size {
		return fmt.Errorf("%w: it had %d leaves and has %d", ErrRewritten, earlier.Size, now.Size)
	}
	proof, err := tlog.ProveTree(now.Size, earlier.Size, hashes)
	if errors.Is(err, storage.ErrUnavailable) {
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRewritten, err)
	}
	if tlog.CheckTree(proof, now.Size, now.Root, earlier.Size, earlier.Root) != nil {
		return fmt.Errorf("%w: its first %d leaves are others", ErrRewritten, earlier.Size)
	}
	return nil
}

// appendAll rests after each batch for as long as that took: others write as well.
func (k *Keeper) appendAll(ctx context.Context) error {
	for began := time.Now(); time.Since(began) < turnTime; {
		batch := time.Now()
		n, err := k.Append(ctx)
		if err != nil || n < leavesAtOnce {
			return err
		}
		select {
		case <-time.After(time.Since(batch)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Append adds the leaves of some new events and returns how many. When another node adds at the same time,
// one of them does and the other adds none.
func (k *Keeper) Append(ctx context.Context) (int, error) {
	size, err := k.Store.AuditSize(ctx)
	if err != nil {
		return 0, err
	}
	events, err := k.Store.NewEvents(ctx, leavesAtOnce)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	slices.SortStableFunc(events, func(a, b audit.Stored) int { return a.At.Compare(b.At) })
	leaves := make([]audit.Leaf, len(events))
	for i, e := range events {
		leaves[i] = e.NextLeaf(size + int64(i) + 1)
	}
	tiles, err := grow(ctx, k.Store, size, leaves)
	if err != nil {
		return 0, fmt.Errorf("grow the audit log: %w", err)
	}
	err = k.Store.AppendLeaves(ctx, size, leaves, tiles)
	if errors.Is(err, storage.ErrConflict) {
		return 0, nil
	}
	return len(leaves), err
}

func (k *Keeper) now() time.Time {
	if k.Now == nil {
		return time.Now()
	}
	return k.Now()
}
