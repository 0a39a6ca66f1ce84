package ledger

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
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

// ErrNoCheckpoint says that nothing can be exported yet.
var ErrNoCheckpoint = errors.New("the audit log has no checkpoint yet; a running server makes one each interval")

// Export gives what the last checkpoint covers to each: the checkpoint, then the events that are wanted, in
// the order of the log.
func Export(ctx context.Context, store VerifyStore, key ed25519.PublicKey, wanted func(audit.Event) bool, each func(Exported) error) error {
	last, err := store.LastCheckpoint(ctx, time.UnixMilli(1<<53))
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

// FileVerifier verifies the lines of an export, without the server.
type FileVerifier struct {
	verifier note.Verifier
	head     Head
	began    bool
	Report   Report
}

// NewFileVerifier verifies by the text that VerifierKey returned.
func NewFileVerifier(verifierKey string) (*FileVerifier, error) {
	v, err := note.NewVerifier(verifierKey)
	if err != nil {
		return nil, fmt.Errorf("verifier key: %w", err)
	}
	return &FileVerifier{verifier: v}, nil
}

// Line verifies the next line. What is wrong is a *Fault.
func (f *FileVerifier) Line(line Exported) (err error) {
	if !f.began {
		f.head, err = openBy(line.Checkpoint, f.verifier)
		f.began = err == nil
		f.Report.Checkpoint, f.Report.Size, f.Report.At = line.Checkpoint, f.head.Size, f.head.At
		return err
	}
	if line.Event == nil {
		return &Fault{What: Changed, Leaf: line.Leaf, Why: "a line without an event"}
	}
	stored := audit.Stored{Event: *line.Event, IPSalt: line.IPSalt, IPDigest: line.IPDigest}
	if !stored.HasItsIP() {
		return &Fault{Changed, stored.ID, line.Leaf, "its address is not the one that was recorded"}
	}
	hash := tlog.RecordHash(stored.NextLeaf(line.Leaf).Record())
	if line.Leaf < 1 || line.Leaf > f.head.Size || tlog.CheckRecord(line.Proof, f.head.Size, f.head.Root, line.Leaf-1, hash) != nil {
		return &Fault{Changed, stored.ID, line.Leaf, "its proof does not lead to the checkpoint"}
	}
	f.Report.Verified++
	return nil
}

// Complete returns an error when there was no line at all.
func (f *FileVerifier) Complete() error {
	if !f.began {
		return ErrCheckpoint
	}
	return nil
}
