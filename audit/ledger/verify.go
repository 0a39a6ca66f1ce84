package ledger

import (
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
	// LastCheckpoint returns the newest, of those from before a time unless that is zero; the zero one when
	// there is none.
	LastCheckpoint(ctx context.Context, before time.Time) (audit.Checkpoint, error)
	Leaves(ctx context.Context, after, last int64) ([]audit.Leaf, map[string]audit.Stored, error)
	EventWithoutItsLeaf(ctx context.Context, since time.Time) (audit.Stored, error)
	CountNewEvents(ctx context.Context) (int64, error)
}

// Verifier holds the log to its checkpoints.
type Verifier struct {
	Store     VerifyStore
	Key       ed25519.PublicKey
	Retention audit.Retention
	Now       time.Time
}

// Verify compares every event with its leaf, every leaf with the tree, and the tree with the last checkpoint
// and with an earlier one, if that is not empty. It returns a *Fault when they differ.
func (v Verifier) Verify(ctx context.Context, earlier string) (r Report, err error) {
	last, err := v.Store.LastCheckpoint(ctx, time.Time{})
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
		return &Fault{What: Missing, Why: "there is no checkpoint; right after an upgrade, wait for the first"}
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

// added finds an event that was never given the leaf it names. Leaves of events that are kept no longer may
// be deleted.
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
