package ephemeral_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
)

func TestValueLargerThanTheMemoryIsRefused(t *testing.T) {
	err := ephemeral.NewMemory().Put(t.Context(), "key", make([]byte, 65<<20), time.Minute)
	if !errors.Is(err, storage.ErrUnavailable) {
		t.Fatal(err)
	}
}

func TestFullMemoryDropsTheOldest(t *testing.T) {
	m := ephemeral.NewMemory()
	put(t, m, "oldest", "value", 2*time.Hour)
	megabyte := bytes.Repeat([]byte("x"), 1<<20)
	for i := range 100 {
		if err := m.Put(t.Context(), strconv.Itoa(i), megabyte, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	gone(t, m, "oldest")
	gone(t, m, "0")
	holds(t, m, "99", string(megabyte))
}

type ownerKey struct{}

// owned is a memory whose contexts say whose values they put.
func owned() (m *ephemeral.Memory, as func(ctx context.Context, name string) context.Context) {
	m = ephemeral.NewMemory()
	m.Owner = func(ctx context.Context) string {
		name, _ := ctx.Value(ownerKey{}).(string)
		return name
	}
	return m, func(ctx context.Context, name string) context.Context {
		return context.WithValue(ctx, ownerKey{}, name)
	}
}

// A flood of long values from one network, and from a few hundred others besides, takes none of the
// values of people elsewhere.
func TestFloodTakesNobodyElsesValues(t *testing.T) {
	m, as := owned()
	long := bytes.Repeat([]byte("x"), 16<<10)
	const people = 200
	for i := range people {
		if err := m.Put(as(t.Context(), "person "+strconv.Itoa(i)), "request "+strconv.Itoa(i), long[:2000], time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	var flood sync.WaitGroup
	for g := range 32 {
		flood.Go(func() {
			for i := range 1000 {
				name := "flooder"
				if g%2 == 0 {
					name = "flooder " + strconv.Itoa(i%300)
				}
				if err := m.Put(as(t.Context(), name), fmt.Sprintf("flood %d %d", g, i), long, 2*time.Hour); err != nil {
					t.Error(err)
				}
			}
		})
	}
	flood.Wait()
	for i := range people {
		holds(t, m, "request "+strconv.Itoa(i), string(long[:2000]))
	}
}

func TestOwnersWithoutValuesAreForgotten(t *testing.T) {
	m, as := owned()
	now := time.Now()
	m.Clock = func() time.Time { return now }
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 500 {
				ctx, key := as(t.Context(), strconv.Itoa(i)), strconv.Itoa(i%97)
				if err := m.Put(ctx, key, []byte{byte(g)}, time.Duration(i%3)*time.Minute); err != nil {
					t.Error(err)
				}
				if i%5 == 0 {
					_, _ = m.Take(ctx, key)
				}
			}
		})
	}
	all.Wait()
	now = now.Add(time.Hour)
	put(t, m, "last", "value", time.Minute)
	if owners, values := m.Held(); owners != 1 || values != 1 {
		t.Errorf("%d owners of %d values", owners, values)
	}
}

func TestValueIsGoneAtTheInstantItExpires(t *testing.T) {
	m, now := ephemeral.NewMemory(), time.Now()
	m.Clock = func() time.Time { return now }
	put(t, m, "key", "value", time.Minute)
	now = now.Add(time.Minute - 1)
	holds(t, m, "key", "value")
	now = now.Add(1)
	gone(t, m, "key")
}
