package durable_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func TestOnlyUnusedUnregisteredClientsAreSwept(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		db, now := open(t), time.Now()
		if err := db.CreateUser(t.Context(), storage.User{ID: "u_ada", Email: "ada@example.com", CreatedAt: now}); err != nil {
			t.Fatal(err)
		}
		for id, at := range map[string]time.Time{
			"c_dyn_old": now.Add(-time.Hour), "https://app.example/old": now.Add(-time.Hour),
			"c_dyn_new": now, "c_static": now.Add(-time.Hour), "cxdynxold": now.Add(-time.Hour), "c_dyn_allowed": now.Add(-time.Hour), "c_dyn_off": now.Add(-time.Hour),
		} {
			c := storage.Client{ID: id, Kind: storage.KindApp, Name: id, CreatedAt: at, UpdatedAt: at}
			if id == "c_dyn_off" {
				c.DisabledAt = at
			}
			if err := db.CreateClient(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		consent := storage.Consent{UserID: "u_ada", ClientID: "c_dyn_allowed", RedirectHost: "app.example", Scopes: []string{"openid"}, GrantedAt: now}
		if err := db.AddConsent(t.Context(), consent); err != nil {
			t.Fatal(err)
		}
		if n, err := db.SweepUnusedClients(t.Context(), now.Add(-time.Minute), 10); n != 2 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if err := db.ForgetConsents(t.Context(), "c_dyn_allowed"); err != nil {
			t.Fatal(err)
		}
		if n, err := db.SweepUnusedClients(t.Context(), now.Add(-time.Minute), 10); n != 1 || err != nil {
			t.Errorf("after consent was forgotten: %d, %v", n, err)
		}
		if all, err := db.Clients(t.Context(), "", storage.Page{}); len(all) != 4 || err != nil {
			t.Errorf("%d are left, %v", len(all), err)
		}
	})
}

func TestOfVeryManyUnusedClientsTheNewestStay(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		db, now := open(t), time.Now()
		const many, most = 250, 40
		for i := range many {
			at := now.Add(time.Duration(i) * time.Second)
			c := storage.Client{ID: fmt.Sprintf("c_dyn_%03d", i), Kind: storage.KindApp, Name: "Flood", CreatedAt: at, UpdatedAt: at}
			if err := db.CreateClient(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		var removed atomic.Int64
		var nodes sync.WaitGroup
		for range 4 { // nodes sweep at once
			nodes.Go(func() {
				n, err := db.SweepUnusedClients(t.Context(), now.Add(-time.Hour), most)
				if err != nil {
					t.Error(err)
				}
				removed.Add(int64(n))
			})
		}
		nodes.Wait()
		all, err := db.Clients(t.Context(), "", storage.Page{})
		if removed.Load() != many-most || len(all) != most || all[0].ID != "c_dyn_210" || err != nil {
			t.Errorf("%d removed, %d are left, %v", removed.Load(), len(all), err)
		}
	})
}
