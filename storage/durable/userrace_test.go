package durable_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

func TestAddressTakenByManyIsOnes(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		users := []storage.User{w.newUser(), w.newUser(), w.newUser(), w.newUser()}
		won := w.winners(len(users), storage.ErrExists, func(i int) error {
			return w.ChangeEmail(w.ctx, users[i].ID, []string{"new@example.org", "NEW@example.org"}[i%2], w.once(), w.now)
		})
		if won != 1 {
			t.Fatalf("%d of %d took the address", won, len(users))
		}
	})
}

func TestSignInsWhileTheUserIsDeletedLeaveNoSession(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range rounds {
			w.user = w.newUser()
			p := w.addPasskey(0)
			var group sync.WaitGroup
			for range 8 {
				group.Go(func() {
					err := w.signIn(w.byPasskey(p, 0))
					if err != nil && !errors.Is(err, storage.ErrSpent) && !errors.Is(err, storage.ErrNotFound) {
						t.Error(err)
					}
				})
			}
			w.ok(w.DeleteUser(w.ctx, w.user.ID))
			group.Wait()
			if n := w.sessions(); n != 0 || w.factors() != (storage.Factors{}) {
				t.Fatalf("%d sessions, %+v of a user who is gone", n, w.factors())
			}
		}
	})
}
