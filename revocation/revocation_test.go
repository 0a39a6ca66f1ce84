package revocation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/revocation"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

const ada = audit.Actor("cli:ada")

// deployment is the service on a real store with a user and a real audit trail.
type deployment struct {
	revocation.Service
	*durable.DB
	t *testing.T
}

func onBoth(t *testing.T, test func(d deployment)) {
	t.Helper()
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		db := open(t)
		if err := db.CreateUser(t.Context(), storage.User{ID: "u_ada", Email: "ada@example.com"}); err != nil {
			t.Fatal(err)
		}
		test(deployment{revocation.Service{Store: db, Audit: audit.NewRecorder(db, audit.Options{})}, db, t})
	})
}

// signIn begins a session at that time.
func (d deployment) signIn(id string, at time.Time) {
	d.t.Helper()
	_, err := d.StartSession(d.t.Context(), storage.SignIn{UserID: "u_ada", Session: storage.Session{
		ID: id, UserID: "u_ada", Digest: storage.Digest(id), CreatedAt: at, AuthTime: at, LastSeenAt: at,
		IdleAt: at.Add(time.Hour), ExpiresAt: at.Add(time.Hour),
	}})
	if err != nil {
		d.t.Fatal(err)
	}
}

// live returns the ids of the sessions that go on.
func (d deployment) live() (ids []string) {
	d.t.Helper()
	sessions, err := d.UserSessions(d.t.Context(), "u_ada")
	if err != nil {
		d.t.Fatal(err)
	}
	for _, s := range sessions {
		ids = append(ids, s.ID)
	}
	return ids
}

func TestWhatBeganBeforeEndsAndWhatBeginsAfterwardsLives(t *testing.T) {
	onBoth(t, func(d deployment) {
		d.signIn("s_old", time.Now().Add(-time.Minute))
		before, err := d.EverythingBefore(d.t.Context(), ada, time.Now())
		if err != nil || !before.Equal(before.Truncate(time.Second)) || before.After(time.Now()) {
			d.t.Fatal(before, err)
		}
		d.signIn("s_new", time.Now())
		if ids := d.live(); len(ids) != 1 || ids[0] != "s_new" {
			d.t.Errorf("live: %q", ids)
		}
		events, err := d.Events(d.t.Context(), audit.Filter{Type: audit.EverythingEnded, Limit: 10})
		if err != nil || len(events) != 1 || events[0].Method != string(ada) || events[0].Target != before.Format(time.RFC3339) {
			d.t.Errorf("recorded: %+v, %v", events, err)
		}
	})
}

func TestTimeToComeIsRefusedAndEndsNothing(t *testing.T) {
	onBoth(t, func(d deployment) {
		d.signIn("s_old", time.Now().Add(-time.Minute))
		if _, err := d.EverythingBefore(d.t.Context(), ada, time.Now().Add(time.Hour)); !errors.Is(err, revocation.ErrFuture) {
			d.t.Error(err)
		}
		if ids := d.live(); len(ids) != 1 {
			d.t.Errorf("live: %q", ids)
		}
	})
}

var errCut = errors.New("the audit trail is cut")

type cutTrail struct{}

func (cutTrail) Record(context.Context, audit.Event) error { return errCut }

func TestEverythingEndsThoughNothingCanBeRecorded(t *testing.T) {
	onBoth(t, func(d deployment) {
		d.signIn("s_old", time.Now().Add(-time.Minute))
		d.Audit = cutTrail{}
		if _, err := d.EverythingBefore(d.t.Context(), ada, time.Now()); !errors.Is(err, errCut) {
			d.t.Error(err)
		}
		if ids := d.live(); len(ids) != 0 {
			d.t.Errorf("live: %q", ids)
		}
	})
}
