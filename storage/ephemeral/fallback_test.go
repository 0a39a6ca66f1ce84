package ephemeral_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// fallback is a node's store on a Redis and a database that other nodes may share.
func fallback(t *testing.T, redis storage.Ephemeral, db *durable.DB) *ephemeral.Fallback {
	t.Helper()
	f, err := ephemeral.NewFallback(t.Context(), redis, db.Ephemeral())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// onTwoNodes runs a claim on two nodes with one Redis, which the claim may stop, and one database.
func onTwoNodes(t *testing.T, claim func(t *testing.T, redis *server, one, other storage.Ephemeral)) {
	storagetest.Databases(t, func(t *testing.T, database func(*testing.T) *durable.DB) {
		redis, db := startRedis(t), database(t)
		claim(t, redis, fallback(t, redis.store(t), db), fallback(t, redis.store(t), db))
	})
}

func TestWhatIsBegunWhileRedisIsAwayGoesOnEverywhere(t *testing.T) {
	onTwoNodes(t, func(t *testing.T, redis *server, one, other storage.Ephemeral) {
		redis.kill()
		put(t, one, "begun while away", "value", time.Minute)
		put(t, one, "taken while away", "value", time.Minute)
		holds(t, other, "begun while away", "value")
		if got, err := other.Take(t.Context(), "taken while away"); err != nil || string(got) != "value" {
			t.Fatalf("%q, %v", got, err)
		}
		redis.start(t)
		redisAnswers(t, one, other)
		for _, node := range []storage.Ephemeral{one, other} {
			holds(t, node, "begun while away", "value")
			gone(t, node, "taken while away")
		}
	})
}

func TestWhatRedisKeptIsThereWhenItIsBack(t *testing.T) {
	onTwoNodes(t, func(t *testing.T, redis *server, one, other storage.Ephemeral) {
		for _, key := range []string{"untouched", "changed", "taken", "put again"} {
			put(t, one, key, "old", time.Minute)
		}
		redis.stop(t)
		if _, err := one.Get(t.Context(), "untouched"); !errors.Is(err, storage.ErrUnavailable) {
			t.Fatalf("a value that Redis holds while away: %v", err)
		}
		put(t, one, "changed", "new", time.Minute)
		put(t, one, "put again", "new", time.Minute)
		takenAlready(t, one, "taken")

		redis.resume(t)
		redisAnswers(t, one, other)
		holds(t, one, "untouched", "old")
		holds(t, one, "changed", "new")
		gone(t, one, "taken")
		put(t, one, "put again", "newer", time.Minute)
		put(t, one, "taken", "newer", time.Minute)
		for _, node := range []storage.Ephemeral{one, other} {
			holds(t, node, "put again", "newer")
			holds(t, node, "taken", "newer")
		}
	})
}

func TestNodeThatStartsAfterTheOutageKnowsOfIt(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, database func(*testing.T) *durable.DB) {
		redis, db := startRedis(t), database(t)
		one := fallback(t, redis.store(t), db)
		put(t, one, "changed", "old", time.Minute)
		put(t, one, "taken", "old", time.Minute)
		redis.stop(t)
		put(t, one, "changed", "new", time.Minute)
		takenAlready(t, one, "taken")
		redis.resume(t)
		fresh := fallback(t, redis.store(t), db)
		holds(t, fresh, "changed", "new")
		gone(t, fresh, "taken")
	})
}

// Of many who take a key, on two nodes, while Redis goes and comes, at most one gets the value, and
// when it was put while Redis was away, exactly one.
func TestOneTakerWinsAcrossAnOutage(t *testing.T) {
	onTwoNodes(t, func(t *testing.T, redis *server, one, other storage.Ephemeral) {
		for round := range 6 {
			before, during := fmt.Sprint("before ", round), fmt.Sprint("during ", round)
			put(t, one, before, "value", time.Minute)
			redis.stop(t)
			put(t, other, during, "value", time.Minute)
			winners := map[string]*atomic.Int64{before: {}, during: {}}
			var turn atomic.Int64
			together(40, func() {
				n := turn.Add(1)
				if n == 20 {
					redis.resume(t)
				}
				for key, won := range winners {
					node := one
					if n%2 == 0 {
						node = other
					}
					if got, err := node.Take(context.Background(), key); err == nil && string(got) == "value" {
						won.Add(1)
					}
				}
			})
			redisAnswers(t, one, other)
			if n := winners[before].Load(); n > 1 {
				t.Errorf("round %d: %d got what Redis held", round, n)
			}
			if n := winners[during].Load(); n != 1 {
				t.Errorf("round %d: %d got what was put meanwhile", round, n)
			}
		}
	})
}

func TestOneAddsAKeyWhileRedisIsAwayAndAfter(t *testing.T) {
	onTwoNodes(t, func(t *testing.T, redis *server, one, other storage.Ephemeral) {
		redis.stop(t)
		var won, lost atomic.Int64
		add := func(node storage.Ephemeral) {
			switch err := node.Add(context.Background(), "key", time.Minute); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, storage.ErrSpent):
				lost.Add(1)
			}
		}
		together(32, func() { add(one); add(other) })
		redis.resume(t)
		redisAnswers(t, one, other)
		add(one)
		add(other)
		if won.Load() != 1 || lost.Load() != 65 {
			t.Fatalf("%d added it, %d were refused", won.Load(), lost.Load())
		}
	})
}

// A Redis that is full, or a replica, answers and takes nothing.
func TestRedisThatTakesNoWritesIsReplaced(t *testing.T) {
	for name, refuse := range map[string][]any{
		"full":      {"CONFIG", "SET", "maxmemory", "1"},
		"read-only": {"REPLICAOF", "127.0.0.1", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			onTwoNodes(t, func(t *testing.T, redis *server, one, other storage.Ephemeral) {
				put(t, one, "key", "old", time.Minute)
				redis.send(t, refuse...)
				put(t, one, "key", "new", time.Minute)
				put(t, one, "another", "value", time.Minute)
				holds(t, one, "key", "new")
				holds(t, other, "another", "value")
				if got, err := one.Take(t.Context(), "key"); err != nil || string(got) != "new" {
					t.Fatalf("%q, %v", got, err)
				}
				gone(t, one, "key")
			})
		})
	}
}

// takenAlready takes what cannot be had now, so that it cannot be had later.
func takenAlready(t *testing.T, s storage.Ephemeral, key string) {
	t.Helper()
	if got, err := s.Take(t.Context(), key); !errors.Is(err, storage.ErrNotFound) {
		t.Fatalf("take: %q, %v", got, err)
	}
}

// redisAnswers waits until the nodes ask Redis again.
func redisAnswers(t *testing.T, nodes ...storage.Ephemeral) {
	t.Helper()
	for _, node := range nodes {
		eventually(t, "Redis is asked again", func() bool {
			_, err := node.Get(t.Context(), "nothing")
			return errors.Is(err, storage.ErrNotFound)
		})
	}
}
