package keys

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

const ada = audit.Actor("cli:ada")

// events returns the targets of the events of a type, the oldest first.
func events(t *testing.T, db *durable.DB, kind string) (targets []string) {
	t.Helper()
	found, err := db.Events(t.Context(), audit.Filter{Type: kind, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		if e.Method != string(ada) || e.Outcome != audit.Success {
			t.Errorf("%+v", e)
		}
		targets = append(targets, e.Target)
	}
	slices.Reverse(targets)
	return targets
}

func TestRotationByAnOperatorIsRecorded(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		db := open(t)
		s := Service{Ring: newCluster(t, db).node(t), Audit: audit.NewRecorder(db, audit.Options{})}
		infos, err := s.Rotate(t.Context(), ada, ES256)
		if err != nil || len(infos) != 1 {
			t.Fatal(infos, err)
		}
		if _, err := s.Rotate(t.Context(), ada, "HS256"); err == nil {
			t.Error("an algorithm without keys is rotated")
		}
		if got := events(t, db, audit.KeyRotated); !slices.Equal(got, []string{infos[0].KID}) {
			t.Errorf("recorded: %q", got)
		}
	})
}

// A key that cannot be opened makes a ring that does not load, until the last of them is revoked.
func TestRevokedKeyIsRecordedThoughTheRingDoesNotLoad(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		db := open(t)
		c := newCluster(t, db)
		lost := c.node(t).List()
		c.sealer = newSealer(t)
		s := Service{Ring: c.ring(), Audit: audit.NewRecorder(db, audit.Options{})}
		if err := s.Revoke(t.Context(), ada, "unknown"); !errors.Is(err, storage.ErrNotFound) {
			t.Error(err)
		}
		if err := s.Revoke(t.Context(), ada, lost[0].KID); !errors.Is(err, ErrSealed) {
			t.Errorf("the ring loads: %v", err)
		}
		if got := events(t, db, audit.KeyRevoked); !slices.Equal(got, []string{lost[0].KID}) {
			t.Errorf("recorded: %q", got)
		}
	})
}

var errCut = errors.New("the audit trail is cut")

type cutTrail struct{}

func (cutTrail) Record(context.Context, audit.Event) error { return errCut }

func TestKeyIsRevokedThoughNothingCanBeRecorded(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		r := newCluster(t, open(t)).node(t)
		kid := kidOf(t, r, sign(t, r, RS256))
		if err := (Service{Ring: r, Audit: cutTrail{}}).Revoke(t.Context(), ada, kid); !errors.Is(err, errCut) {
			t.Error(err)
		}
		wantStates(t, r, RS256, Revoked, Signing, Next)
	})
}
