package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/symbolon-id/symbolon/audit"
)

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

// Line verifies the next line. It returns a *Fault when verification fails.
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
