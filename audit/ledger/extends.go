package ledger

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/symbolon-id/symbolon/storage"
)

// ErrRewritten reports that the log no longer begins with what it was when this process last looked.
var ErrRewritten = errors.New("the audit log was rewritten")

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
