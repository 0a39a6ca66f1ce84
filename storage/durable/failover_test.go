package durable_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// Whatever becomes of the primary, two nodes that are busy reading and writing go on with the standby.
func TestFailoverIsFollowed(t *testing.T) {
	for name, fail := range map[string]func(*testing.T, *storagetest.Postgres){
		"killed":  func(t *testing.T, p *storagetest.Postgres) { p.Kill(t) },
		"silent":  func(t *testing.T, p *storagetest.Postgres) { p.Freeze(t) },
		"demoted": func(t *testing.T, p *storagetest.Postgres) { p.Demote(t) },
		"read-only, with its connections": func(t *testing.T, p *storagetest.Postgres) {
			p.SQL(t, `ALTER SYSTEM SET default_transaction_read_only = on`)
			p.SQL(t, `SELECT pg_reload_conf()`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pair := storagetest.NewPair(t)
			w := newWorld(t, migrated(t, pair.URL()))
			other := storagetest.Open(t, pair.URL())
			stop := keepBusy(t, w, other)
			pair.CaughtUp(t)
			fail(t, pair.Primary)
			pair.Standby.Promote(t)

			for _, d := range []*durable.DB{w.DB, other} {
				jti := storage.NewID("")
				if err := eventually(func() error { return d.RevokeToken(w.ctx, jti, w.now.Add(time.Hour)) }); err != nil {
					t.Fatalf("it stays with the old primary: %v", err)
				}
			}
			stop()
			for range 50 {
				for _, d := range []*durable.DB{w.DB, other} {
					_, err := d.Client(w.ctx, w.client.ID)
					w.ok(errors.Join(err, d.RevokeToken(w.ctx, storage.NewID(""), w.now.Add(time.Hour))))
				}
			}
			direct := storagetest.Open(t, pair.Standby.URL())
			if state, err := direct.Client(w.ctx, w.client.ID); err != nil || state.ID != w.client.ID {
				t.Error(err)
			}
			pair.Primary.Kill(t)                                                   // a silent one would be waited for at the end
			pair.Standby.SQL(t, `SELECT 1 / (count(*) / 100) FROM revoked_tokens`) // all of the above is there
		})
	}
}

func migrated(t *testing.T, url string) *durable.DB {
	t.Helper()
	d := storagetest.Open(t, url)
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return d
}

// keepBusy fills the pools with connections in use until stop is called.
func keepBusy(t *testing.T, w *world, nodes ...*durable.DB) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(w.ctx)
	var group sync.WaitGroup
	for _, d := range append(nodes, w.DB) {
		for i := range 8 {
			group.Go(func() {
				for ctx.Err() == nil {
					if i%2 == 0 {
						_, _ = d.Client(ctx, w.client.ID)
					} else {
						_ = d.RevokeToken(ctx, "busy", w.now.Add(time.Hour))
					}
					time.Sleep(5 * time.Millisecond)
				}
			})
		}
	}
	stop = sync.OnceFunc(func() { cancel(); group.Wait() })
	t.Cleanup(stop)
	return stop
}

// terminate ends every connection of the stores to their database.
const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'symbolon' AND datname = current_database()`

// A read whose connection dies under it is repeated on a fresh one.
func TestReadsSurviveTheirConnections(t *testing.T) {
	url := storagetest.PostgreSQLURL(t)
	w := newWorld(t, storagetest.Open(t, url))
	var reads [8]atomic.Int64
	ctx, cancel := context.WithCancel(w.ctx)
	var group sync.WaitGroup
	for i := range reads {
		group.Go(func() {
			for ctx.Err() == nil {
				if _, err := w.Client(w.ctx, w.client.ID); err != nil {
					t.Error(err)
				}
				reads[i].Add(1)
			}
		})
	}
	for range 20 {
		raw(t, url, terminate)
		for i := range reads { // no reader is hit twice
			for seen := reads[i].Load(); reads[i].Load() < seen+5; {
				time.Sleep(time.Millisecond)
			}
		}
	}
	cancel()
	group.Wait()
}

// A transaction whose connection dies before COMMIT is repeated as a whole.
func TestTransactionsSurviveIdleConnectionsThatDied(t *testing.T) {
	url := storagetest.PostgreSQLURL(t)
	w := newWorld(t, storagetest.Open(t, url))
	for range 20 {
		raw(t, url, terminate)
		_, err := w.StartSession(w.ctx, storage.SignIn{UserID: w.user.ID, Session: w.newSession()})
		w.ok(err)
	}
}
