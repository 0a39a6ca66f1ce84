package ephemeral_test

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
)

func whose(ctx context.Context) string {
	name, _ := ctx.Value(ownerKey{}).(string)
	return name
}

func as(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, ownerKey{}, name)
}

// A flood of one network and of many keeps in Redis no more than a node may keep there, and takes
// nothing of people elsewhere.
func TestFloodOfRedisEndsAtTheBudget(t *testing.T) {
	admin := running.single.admin(t)
	b := ephemeral.NewBudget(running.single.empty(t), whose)
	long := bytes.Repeat([]byte("x"), 128<<10)
	const people = 50
	for i := range people {
		if err := b.Put(as(t.Context(), "person "+strconv.Itoa(i)), "request "+strconv.Itoa(i), long[:2000], time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	var flood sync.WaitGroup
	for g := range 8 {
		flood.Go(func() {
			for i := range 200 {
				name := "flooder"
				if g%2 == 0 {
					name = "flooder " + strconv.Itoa(i%100)
				}
				if err := b.Put(as(t.Context(), name), fmt.Sprintf("flood %d %d", g, i), long, time.Hour); err != nil {
					t.Error(err)
				}
			}
		})
	}
	flood.Wait()
	for i := range people {
		holds(t, b, "request "+strconv.Itoa(i), string(long[:2000]))
	}
	if n := admin.DBSize(t.Context()).Val(); n > 1024+people {
		t.Errorf("%d values of 128 KiB are kept in 128 MiB", n)
	}
}

func TestBudgetIsAStoreLikeItsOwn(t *testing.T) {
	b := ephemeral.NewBudget(running.single.empty(t), whose)
	put(t, b, "key", "value", time.Minute)
	put(t, b, "key", "other", time.Minute)
	holds(t, b, "key", "other")
	put(t, b, "key", "gone", -time.Second)
	gone(t, b, "key")
	put(t, b, "taken", "value", time.Minute)
	if got, err := b.Take(t.Context(), "taken"); err != nil || string(got) != "value" {
		t.Errorf("%q, %v", got, err)
	}
	if err := b.Add(t.Context(), "spent", time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := b.Add(t.Context(), "spent", time.Minute); err != storage.ErrSpent {
		t.Errorf("%v", err)
	}
}
