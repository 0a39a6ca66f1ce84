package durable_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// Behind PgBouncer in transaction mode a plain URL works, and migrations under load leave no lock behind.
func TestWorksBehindPgBouncer(t *testing.T) {
	direct := storagetest.PostgreSQLURL(t)
	through := storagetest.PgBouncerURL(t, direct)
	for range 4 {
		raw(t, direct, `DROP SCHEMA public CASCADE`, `CREATE SCHEMA public`)
		ctx, cancel := context.WithCancel(t.Context())
		var load, migrating sync.WaitGroup
		other := storagetest.Open(t, through)
		for range 4 {
			load.Go(func() {
				for ctx.Err() == nil {
					_ = other.CheckSchema(ctx)
				}
			})
		}
		for range 4 {
			d := storagetest.Open(t, through)
			migrating.Go(func() {
				if err := d.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		migrating.Wait()
		cancel()
		load.Wait()
		raw(t, direct, `SELECT 1 / (count(*) = 0)::int FROM pg_locks WHERE locktype = 'advisory'`)
	}

	w := newWorld(t, storagetest.Open(t, through))
	w.ok(w.Ready(w.ctx))
	w.lives(w.redeemed(), true)
	won := w.winners(16, nil, func(int) error {
		_, err := w.StartSession(w.ctx, storage.SignIn{UserID: w.user.ID, Session: w.newSession()})
		return err
	})
	if won != 16 {
		t.Errorf("%d of 16 signed in", won)
	}
	g := w.redeemed()
	if won := w.winners(16, storage.ErrSpent, func(int) error { return w.RotateGrant(w.ctx, g.ID, 1, w.now, w.now.Add(time.Hour)) }); won != 1 {
		t.Errorf("%d of 16 used one refresh token", won)
	}
}
