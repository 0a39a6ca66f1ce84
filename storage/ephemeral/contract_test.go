package ephemeral_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// kept is what every store promises.
type kept interface {
	storage.Ephemeral
	Count(ctx context.Context, key string, l storage.Limit) (time.Duration, error)
}

var (
	_ kept = (*ephemeral.Memory)(nil)
	_ kept = (*ephemeral.Redis)(nil)
)

// onEveryStore runs a claim on process memory, a Redis server, a Redis cluster, and sealed.
func onEveryStore(t *testing.T, claim func(t *testing.T, s storage.Ephemeral)) {
	t.Run("memory", func(t *testing.T) { claim(t, ephemeral.NewMemory()) })
	t.Run("redis", func(t *testing.T) { claim(t, running.single.empty(t)) })
	t.Run("cluster", func(t *testing.T) { claim(t, running.cluster.empty(t)) })
	t.Run("sealed", func(t *testing.T) {
		claim(t, ephemeral.Sealed{Store: running.single.empty(t), Sealer: sealer(t)})
	})
	storagetest.Databases(t, func(t *testing.T, database func(*testing.T) *durable.DB) {
		t.Run("fallback", func(t *testing.T) { claim(t, fallback(t, startRedis(t).store(t), database(t))) })
		t.Run("full", func(t *testing.T) { claim(t, fallback(t, fullRedis(t).store(t), database(t))) })
	})
}

func sealer(t *testing.T) *keys.Sealer {
	t.Helper()
	s, err := keys.NewSealer([]byte("0123456789abcdefghijklmnopqrstuv"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestUnknownKeyIsNotFound(t *testing.T) {
	onEveryStore(t, func(t *testing.T, s storage.Ephemeral) {
		gone(t, s, "nobody put this")
	})
}

func TestExpiredValueIsNotFound(t *testing.T) {
	onEveryStore(t, func(t *testing.T, s storage.Ephemeral) {
		put(t, s, "key", "value", 20*time.Millisecond)
		eventually(t, "the value expires", func() bool {
			_, err := s.Get(t.Context(), "key")
			return errors.Is(err, storage.ErrNotFound)
		})
		gone(t, s, "key")
	})
}

func TestValueWhoseTimeIsOverIsNotStored(t *testing.T) {
	onEveryStore(t, func(t *testing.T, s storage.Ephemeral) {
		for _, ttl := range []time.Duration{0, -time.Second} {
			put(t, s, "key", "old", time.Minute)
			put(t, s, "key", "new", ttl)
			gone(t, s, "key")
		}
	})
}

func TestTakenValueIsGone(t *testing.T) {
	onEveryStore(t, func(t *testing.T, s storage.Ephemeral) {
		put(t, s, "key", "value", time.Minute)
		if got, err := s.Take(t.Context(), "key"); err != nil || string(got) != "value" {
			t.Fatalf("take: %q, %v", got, err)
		}
		gone(t, s, "key")
	})
}

func TestOneOfManyTakersGetsTheValue(t *testing.T) {
	onEveryStore(t, func(t *testing.T, s storage.Ephemeral) {
		for range 10 {
			put(t, s, "key", "value", time.Minute)
			var won, lost atomic.Int64
			together(64, func() {
				got, err := s.Take(context.Background(), "key")
				switch {
				case err == nil && string(got) == "value":
					won.Add(1)
				case errors.Is(err, storage.ErrNotFound):
					lost.Add(1)
				}
			})
			if won.Load() != 1 || lost.Load() != 63 {
				t.Fatalf("%d got the value, %d were told it is gone", won.Load(), lost.Load())
			}
		}
	})
}

func TestOneOfManyAddsAKey(t *testing.T) {
	onEveryStore(t, func(t *testing.T, s storage.Ephemeral) {
		for _, key := range []string{"first", "second"} {
			var won, lost atomic.Int64
			together(64, func() {
				switch err := s.Add(context.Background(), key, time.Minute); {
				case err == nil:
					won.Add(1)
				case errors.Is(err, storage.ErrSpent):
					lost.Add(1)
				}
			})
			if won.Load() != 1 || lost.Load() != 63 {
				t.Fatalf("%d added %s, %d were told it is there", won.Load(), key, lost.Load())
			}
		}
	})
}

func TestAddedKeyIsForgottenWhenItsTimeIsOver(t *testing.T) {
	onEveryStore(t, func(t *testing.T, s storage.Ephemeral) {
		for _, over := range []time.Duration{0, -time.Second} {
			for range 2 {
				if err := s.Add(t.Context(), "over", over); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := s.Add(t.Context(), "key", 20*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the key can be added again", func() bool { return s.Add(t.Context(), "key", time.Minute) == nil })
		if err := s.Add(t.Context(), "key", time.Minute); !errors.Is(err, storage.ErrSpent) {
			t.Errorf("added twice: %v", err)
		}
	})
}

func TestPutReplacesValueAndItsExpiry(t *testing.T) {
	onEveryStore(t, func(t *testing.T, s storage.Ephemeral) {
		put(t, s, "key", "first", 20*time.Millisecond)
		put(t, s, "key", "second", time.Minute)
		put(t, s, "short", "first", time.Minute)
		put(t, s, "short", "second", 40*time.Millisecond)
		eventually(t, "the replaced value expires", func() bool {
			_, err := s.Get(t.Context(), "short")
			return errors.Is(err, storage.ErrNotFound)
		})
		holds(t, s, "key", "second")
	})
}

func TestValuesAreCopied(t *testing.T) {
	onEveryStore(t, func(t *testing.T, s storage.Ephemeral) {
		value := []byte("value")
		if err := s.Put(t.Context(), "key", value, time.Minute); err != nil {
			t.Fatal(err)
		}
		clear(value)
		got, err := s.Get(t.Context(), "key")
		if err != nil {
			t.Fatal(err)
		}
		clear(got)
		holds(t, s, "key", "value")
	})
}

func TestAnyBytesComeBackAsTheyWere(t *testing.T) {
	onEveryStore(t, func(t *testing.T, s storage.Ephemeral) {
		for _, value := range []string{"", "\x00\r\n\xff", string(bytes.Repeat([]byte("x"), 1<<20))} {
			put(t, s, "a key: {with} braces\r\n\x00é", value, time.Minute)
			holds(t, s, "a key: {with} braces\r\n\x00é", value)
		}
	})
}

func put(t *testing.T, s storage.Ephemeral, key, value string, ttl time.Duration) {
	t.Helper()
	if err := s.Put(t.Context(), key, []byte(value), ttl); err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, s storage.Ephemeral, key, want string) {
	t.Helper()
	if got, err := s.Get(t.Context(), key); err != nil || string(got) != want {
		t.Fatalf("%d bytes and %v, want %d bytes", len(got), err, len(want))
	}
}

func gone(t *testing.T, s storage.Ephemeral, key string) {
	t.Helper()
	if got, err := s.Get(t.Context(), key); !errors.Is(err, storage.ErrNotFound) {
		t.Fatalf("get: %q, %v", got, err)
	}
	if got, err := s.Take(t.Context(), key); !errors.Is(err, storage.ErrNotFound) {
		t.Fatalf("take: %q, %v", got, err)
	}
}

// together runs f on n goroutines that start at the same moment.
func together(n int, f func()) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for range n {
		all.Go(func() {
			<-start
			f()
		})
	}
	close(start)
	all.Wait()
}
