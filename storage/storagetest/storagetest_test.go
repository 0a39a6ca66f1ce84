package storagetest_test

import (
	"context"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func TestEveryStoreIsFreshAndReady(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		for range 2 {
			d := open(t)
			if err := d.Ready(context.Background()); err != nil {
				t.Fatal(err)
			}
			if users, err := d.Users(context.Background(), "", storage.Page{}); err != nil || len(users) != 0 {
				t.Fatalf("users in a fresh database: %v, %v", users, err)
			}
		}
	})
}

func TestEveryTestHasItsOwnRedisDatabase(t *testing.T) {
	if a, b := storagetest.RedisURL(t), storagetest.RedisURL(t); a == b {
		t.Fatalf("both tests got %s", a)
	}
}
