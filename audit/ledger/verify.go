package ledger

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// VerifyStore is what verification reads.
type VerifyStore interface {
	tileStore
	AuditSize(ctx context.Context) (int64, error)
	// LastCheckpoint returns the zero one when none was made before a time.
	LastCheckpoint(ctx context.Context, before time.Time) (audit.Checkpoint, error)
	Leaves(ctx context.Context, after, last int64) ([]audit.Leaf, map[string]audit.Stored, error)
	EventWithoutItsLeaf(ctx context.Context, since time.Time) (audit.Stored, error)
	CountNewEvents(ctx context.Context) (int64, error)
}

// Fault is the first thing that is not as it was recorded.
type Fault struct {
	What    string `json:"what"` // changed, missing or added
	EventID string `json:"event_id,omitempty"`
	Leaf    int64  `json:"leaf,omitempty"`
	Why     string `json:"why"`
}

// What was done to an event.
const (
	Changed = "changed"
	Missing = "missing"
	Added   = "added"
)

func (f *Fault) Error() string {
	subject := "the log"
	if f.EventID != "" {
		subject = "event " + f.EventID
	}
	if f.Leaf > 0 {
		subject += fmt.Sprintf(" (leaf %d)", f.Leaf)
	}
	verb := " was "
	if f.What == Missing {
		verb = " is "
	}
	return subject + verb + f.What + ": " + f.Why
}

// Report says what was verified.
type Report struct {
	Checkpoint string    `json:"checkpoint"` // empty: there is none yet
	Size       int64     `json:"size"`       // leaves under the checkpoint
	At         time.Time `json:"at"`         // of the checkpoint
	Verified   int64     `json:"verified"`   // events that are as they were recorded
	Removed    int64     `json:"removed"`    // events that retention has removed
	New        int64     `json:"new"`        // events, or counts of events, that no checkpoint covers yet
}

// Verifier holds the log to its checkpoints.
type Verifier struct {
	Store     VerifyStore
	Key       ed25519.PublicKey
	Retention audit.Retention
	Now       time.Time
}

// Verify compares every event with its leaf, every leaf with the tree, and the tree with the last checkpoint
// and with an earlier one, if that is not empty. What is wrong is a *Fault.
func (v Verifier) Verify(ctx context.Context, earlier string) (r Report, err error) {
	last, err := v.Store.LastCheckpoint(ctx, time.UnixMilli(1<<53))
	if err != nil {
		return r, err
	}
	if r.New, err = v.Store.CountNewEvents(ctx); err != nil {
		return r, err
	}
	if last.Size == 0 {
		return r, v.withoutCheckpoint(ctx, earlier)
	}
	head, err := open(last.Note, v.Key)
	if err != nil {
		return r, err
	}
	r.Checkpoint, r.Size, r.At = last.Note, head.Size, head.At
	hashes := proven(ctx, v.Store, head)
	if err := v.extends(head, hashes, earlier); err != nil {
		return r, err
	}
	removed, err := v.removed(ctx)
	if err != nil {
		return r, err
	}
	r.Removed = removed
	if err := v.leaves(ctx, &r, head, hashes); err != nil {
		return r, err
	}
	return r, v.added(ctx)
}

// withoutCheckpoint is right only before the first one was made.
func (v Verifier) withoutCheckpoint(ctx context.Context, earlier string) error {
	size, err := v.Store.AuditSize(ctx)
	if err != nil {
		return err
	}
	if size > 0 || earlier != "" {
		return &Fault{What: Missing, Why: "there is no checkpoint"}
	}
	return v.added(ctx)
}

// extends compares the tree with an earlier checkpoint.
func (v Verifier) extends(head Head, hashes tlog.HashReader, earlier string) error {
	if earlier == "" {
		return nil
	}
	old, err := open(earlier, v.Key)
	if err != nil {
		return err
	}
	if old.Size > head.Size {
		return &Fault{What: Missing, Leaf: head.Size + 1, Why: fmt.Sprintf("the checkpoint covers %d leaves, the log has %d", old.Size, head.Size)}
	}
	err = extends(head, old, hashes)
	if errors.Is(err, ErrRewritten) {
		return &Fault{What: Changed, Why: err.Error()}
	}
	return err
}

// removed returns up to which leaf retention has removed all events, as an old checkpoint proves.
func (v Verifier) removed(ctx context.Context) (int64, error) {
	kept := v.Retention.Longest()
	if kept == 0 {
		return 0, nil
	}
	c, err := v.Store.LastCheckpoint(ctx, v.Now.Add(-kept))
	if err != nil || c.Size == 0 {
		return 0, err
	}
	old, err := open(c.Note, v.Key)
	if err != nil || !old.At.Before(v.Now.Add(-kept)) {
		return 0, errors.Join(err, &Fault{What: Changed, Why: "a checkpoint does not say when it was made"})
	}
	return old.Size, nil
}

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

// added finds an event that was never given the leaf it names. Leaves of events that are kept no longer may
// be gone.
func (v Verifier) added(ctx context.Context) error {
	var since time.Time
	if kept := v.Retention.Longest(); kept > 0 {
		since = v.Now.Add(-kept)
	}
	e, err := v.Store.EventWithoutItsLeaf(ctx, since)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return &Fault{Added, e.ID, e.Leaf, "the leaf it names is not its own"}
}
