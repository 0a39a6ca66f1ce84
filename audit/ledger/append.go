package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

const (
	leavesAtOnce = 256
	turnTime     = time.Minute // of a turn; what is left waits for the next
)

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
