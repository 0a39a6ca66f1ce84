package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// leaves verifies all leaves that are kept, and their events.
func (v Verifier) leaves(ctx context.Context, r *Report, head Head, hashes tlog.HashReader) error {
	size, err := v.Store.AuditSize(ctx)
	if err != nil {
		return err
	}
	if size < head.Size {
		return &Fault{What: Missing, Leaf: size + 1, Why: "the tree is smaller than its checkpoint"}
	}
	for after := r.Removed; after < size; after += leavesAtOnce {
		if err := v.page(ctx, r, after, min(after+leavesAtOnce, size), head, hashes); err != nil {
			return err
		}
	}
	return nil
}

// page verifies the leaves after one number, up to another, and their events, in order.
func (v Verifier) page(ctx context.Context, r *Report, after, last int64, head Head, hashes tlog.HashReader) error {
	leaves, events, err := v.Store.Leaves(ctx, after, last)
	if err != nil {
		return err
	}
	inTree, err := hashesOfLeaves(after, min(last, head.Size), hashes)
	if err != nil {
		return err
	}
	for i := range int(last - after) {
		number := after + int64(i) + 1
		if i >= len(leaves) || leaves[i].Number != number {
			return &Fault{What: Missing, Leaf: number, Why: "the leaf is not there"}
		}
		l := leaves[i]
		if i < len(inTree) && tlog.RecordHash(l.Record()) != inTree[i] {
			return &Fault{Changed, l.EventID, number, "its leaf is not the one in the tree"}
		}
		e, kept := events[l.EventID]
		if err := v.compare(r, l, e, kept); err != nil {
			return err
		}
	}
	return nil
}

// hashesOfLeaves returns the hashes that the checkpoint vouches for.
func hashesOfLeaves(after, last int64, hashes tlog.HashReader) ([]tlog.Hash, error) {
	var indexes []int64
	for n := after; n < last; n++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, n))
	}
	if len(indexes) == 0 {
		return nil, nil
	}
	all, err := hashes.ReadHashes(indexes)
	if err != nil && !errors.Is(err, storage.ErrUnavailable) {
		err = &Fault{What: Changed, Leaf: after + 1, Why: "the tree is not that of its checkpoint: " + err.Error()}
	}
	return all, err
}

// compare compares an event with one of its leaves.
func (v Verifier) compare(r *Report, l audit.Leaf, e audit.Stored, kept bool) error {
	if !kept {
		r.Removed++
		return v.mayBeRemoved(l)
	}
	fault := func(why string) error { return &Fault{Changed, l.EventID, l.Number, why} }
	now := e.NextLeaf(l.Number)
	switch {
	case !bytes.Equal(now.Digest, l.Digest) || !now.At.Equal(l.At) || now.Type != l.Type || now.Outcome != l.Outcome:
		return fault("it does not say what its leaf says")
	case !e.HasItsIP():
		return fault("its address is not the one that was recorded")
	case e.Leaf < l.Number:
		return fault("it has a later leaf than it names")
	case e.Leaf > l.Number:
		if l.Count >= e.LeafCount {
			return fault("its count fell")
		}
		return nil // the last of its leaves counts
	case e.LeafCount != l.Count || e.Count < l.Count:
		return fault("its count is not the one in its leaf")
	case l.Number > r.Size:
		r.New++
		return nil
	}
	r.Verified++
	return nil
}

func (v Verifier) mayBeRemoved(l audit.Leaf) error {
	life := v.Retention.For(l.Type, l.Outcome)
	if life > 0 && l.At.Before(v.Now.Add(-life)) {
		return nil
	}
	return &Fault{Missing, l.EventID, l.Number, fmt.Sprintf("%s of %s would still be kept", l.Type, l.At.UTC().Format(time.RFC3339))}
}
