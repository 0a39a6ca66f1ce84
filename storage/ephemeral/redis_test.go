package ephemeral_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
)

func TestUnusableURLIsRefusedWithoutRepeatingThePassword(t *testing.T) {
	for _, url := range []string{
		"", "localhost:6379", "http://:hunter2@localhost", "redis://:hunter2@local host", "redis://:hunter2@localhost/x",
		"redis://:hunter2@localhost?no_such_option=1", "unix:///run/redis.sock", "redis-cluster://",
		"redis-cluster://:hunter2@one:1,two", "redis-cluster://:hunter2@one:1,:2", "redis-cluster://:hunter2@one:1/3",
		"redis-cluster://u:hunter2 @one:1",
	} {
		_, err := ephemeral.NewRedis(t.Context(), url)
		if err == nil {
			t.Errorf("%q accepted", url)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestForgedValueIsRefused(t *testing.T) {
	server := startRedis(t)
	s := ephemeral.Sealed{Store: server.store(t), Sealer: sealer(t)}
	put(t, s, "key", "value", time.Minute)
	overwrite(t, server.admin(t), []byte("value"))
	gone(t, s, "key")
}

func TestValueMovedToAnotherKeyIsRefused(t *testing.T) {
	server := startRedis(t)
	s, admin := ephemeral.Sealed{Store: server.store(t), Sealer: sealer(t)}, server.admin(t)
	put(t, s, "mallory", "value", time.Minute)
	sealed, err := admin.Get(t.Context(), onlyKey(t, admin)).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	holds(t, s, "mallory", "value")
	if _, err := s.Take(t.Context(), "mallory"); err != nil {
		t.Fatal(err)
	}
	put(t, s, "alice", "value", time.Minute)
	overwrite(t, admin, sealed)
	gone(t, s, "alice")
}

func TestFlushedRedisOnlyDenies(t *testing.T) {
	server := startRedis(t)
	r := server.store(t)
	put(t, r, "key", "value", time.Minute)
	if err := server.admin(t).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	gone(t, r, "key")
}

func TestRedisThatIsDownIsUnavailable(t *testing.T) {
	server := startRedis(t)
	r := server.store(t)
	put(t, r, "key", "value", time.Minute)
	server.kill()
	for range 10 { // before and after the breaker opens
		unavailable(t, r)
	}
}

func TestRedisThatIsSilentIsLeftAlone(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // connects, by its backlog, and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r := open(t, "redis://"+l.Addr().String())
	for range 5 {
		_, err = r.Get(t.Context(), "key")
	}
	if !errors.Is(err, storage.ErrUnavailable) {
		t.Fatal(err)
	}
	spared := 0
	for range 100 {
		if _, err := r.Get(t.Context(), "key"); err != nil && strings.Contains(err.Error(), "not answered lately") {
			spared++
		}
	}
	if spared < 50 {
		t.Fatalf("only %d of 100 callers were spared the wait", spared)
	}
}

func TestReadOnlyReplicaIsUnavailable(t *testing.T) {
	server := startRedis(t)
	r := server.store(t)
	if err := server.admin(t).Do(t.Context(), "REPLICAOF", "127.0.0.1", "1").Err(); err != nil {
		t.Fatal(err)
	}
	if err := r.Put(t.Context(), "key", []byte("value"), time.Minute); !errors.Is(err, storage.ErrUnavailable) {
		t.Fatal(err)
	}
}

func TestOutageMakesLimitsStricter(t *testing.T) {
	server := startRedis(t)
	r := server.store(t)
	server.kill()
	if n := allowed(r, "key", tenAnHour, 200); n != 5 {
		t.Fatalf("%d of ten events allowed while Redis is down", n)
	}
}

func TestRedisMayBeDownAtFirstAndComeBack(t *testing.T) {
	server := startRedis(t)
	server.kill()
	r := server.store(t)
	unavailable(t, r)
	server.start(t)
	eventually(t, "the store works again", func() bool { return r.Ping(t.Context()) == nil })
	put(t, r, "key", "value", time.Minute)
	holds(t, r, "key", "value")
}

func TestRedisSeesNoNames(t *testing.T) {
	server := startRedis(t)
	r, admin := server.store(t), server.admin(t)
	put(t, r, "handle", "value", time.Minute)
	if strings.Contains(onlyKey(t, admin), "handle") {
		t.Error("the name of a value is legible in Redis")
	}
	r.Take(t.Context(), "handle")
	allowed(r, "alice@example.com", tenAnHour, 1)
	if strings.Contains(onlyKey(t, admin), "alice") {
		t.Error("the name of a count is legible in Redis")
	}
}

func unavailable(t *testing.T, r *ephemeral.Redis) {
	t.Helper()
	_, get := r.Get(t.Context(), "key")
	_, take := r.Take(t.Context(), "key")
	for _, err := range []error{get, take, r.Put(t.Context(), "key", nil, time.Minute), r.Ping(t.Context())} {
		if !errors.Is(err, storage.ErrUnavailable) || errors.Is(err, storage.ErrNotFound) {
			t.Fatal(err)
		}
	}
}

func onlyKey(t *testing.T, admin *redis.Client) string {
	t.Helper()
	names, err := admin.Keys(t.Context(), "*").Result()
	if err != nil || len(names) != 1 {
		t.Fatalf("keys %q, %v", names, err)
	}
	return names[0]
}

func overwrite(t *testing.T, admin *redis.Client, value []byte) {
	t.Helper()
	if err := admin.Set(t.Context(), onlyKey(t, admin), value, time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
}
