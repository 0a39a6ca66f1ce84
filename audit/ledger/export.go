package ledger

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/symbolon-id/symbolon/audit"
)

// Exported is one line of an export: first the checkpoint, then an event with the proof that it is in the tree.
type Exported struct {
	Checkpoint string `json:"checkpoint,omitempty"`

	Event    *audit.Event     `json:"event,omitempty"`
	IPSalt   string           `json:"ip_salt,omitempty"`
	IPDigest string           `json:"ip_digest,omitempty"`
	Leaf     int64            `json:"leaf,omitempty"`
	Proof    tlog.RecordProof `json:"proof,omitempty"` // RFC 6962 section 2.1.1
}

// ErrNoCheckpoint reports that nothing can be exported yet.
var ErrNoCheckpoint = errors.New("the audit log has no checkpoint yet; a running server makes one each interval")

// Export gives what the last checkpoint covers to each: the checkpoint, then the events that are wanted, in
// the order of the log.
func Export(ctx context.Context, store VerifyStore, key ed25519.PublicKey, wanted func(audit.Event) bool, each func(Exported) error) error {
	last, err := store.LastCheckpoint(ctx, time.Time{})
	if err != nil {
		return err
	}
	if last.Size == 0 {
		return ErrNoCheckpoint
	}
	head, err := open(last.Note, key)
	if err != nil {
		return err
	}
	if err := each(Exported{Checkpoint: last.Note}); err != nil {
		return err
	}
	hashes := proven(ctx, store, head)
	for after := int64(0); after < head.Size; after += leavesAtOnce {
		leaves, events, err := store.Leaves(ctx, after, min(after+leavesAtOnce, head.Size))
		if err != nil {
			return err
		}
		for _, l := range leaves {
			e, kept := events[l.EventID]
			if !kept || e.Leaf != l.Number || !wanted(e.Event) {
				continue
			}
			e.Count = e.LeafCount // a higher one is not in the tree yet
			proof, err := tlog.ProveRecord(head.Size, l.Number-1, hashes)
			if err != nil {
				return fmt.Errorf("prove leaf %d: %w", l.Number, err)
			}
			if err := each(Exported{Event: &e.Event, IPSalt: e.IPSalt, IPDigest: e.IPDigest, Leaf: l.Number, Proof: proof}); err != nil {
				return err
			}
		}
	}
	return nil
}
