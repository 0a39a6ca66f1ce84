package durable_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// A table that is locked stops the work that needs it, and no other.
func TestLockedTableStopsNothingElse(t *testing.T) {
	url := storagetest.PostgreSQLURL(t)
	w := newWorld(t, storagetest.Open(t, url))
	g := w.redeemed()
	db := rawDB(t, url)
	lock, err := db.Begin()
	w.ok(err)
	defer lock.Rollback()
	_, err = lock.Exec(`LOCK TABLE grants IN ACCESS EXCLUSIVE MODE`)
	w.ok(err)

	ctx, cancel := context.WithCancel(w.ctx)
	var group sync.WaitGroup
	for range 24 {
		for _, stuck := range []func(){
			func() { _ = w.RotateGrant(w.ctx, g.ID, 1, w.now, w.now.Add(time.Hour)) },
			func() { _, _ = w.Grant(w.ctx, g.ID) },
			func() { _, _ = w.TokenState(w.ctx, w.query(g)) },
		} {
			group.Go(func() {
				for ctx.Err() == nil {
					stuck()
				}
			})
		}
	}
	for range 200 {
		if _, err := w.Client(w.ctx, w.client.ID); err != nil {
			t.Error(err)
		}
		w.ok(w.RevokeToken(w.ctx, "free", w.now.Add(time.Hour)))
		time.Sleep(5 * time.Millisecond)
	}
	w.ok(lock.Rollback())
	cancel()
	group.Wait()
	w.lives(g, true) // and what waited goes on
}
