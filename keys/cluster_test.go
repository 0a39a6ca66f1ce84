package keys

import (
	"cmp"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// testClock is the time of all nodes of a cluster; it moves only when a test moves it.
type testClock struct{ ms atomic.Int64 }

func newClock() *testClock {
	c := new(testClock)
	c.ms.Store(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

func (c *testClock) now() time.Time          { return time.UnixMilli(c.ms.Load()) }
func (c *testClock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// cluster is a deployment: nodes that share a store, a secret and the time.
type cluster struct {
	store  Store
	sealer *Sealer
	clock  *testClock
	log    *slog.Logger
	spread time.Duration // 0: none, on a clock of whole milliseconds
}

const (
	publishAhead = 5 * time.Minute
	rotateAfter  = 90 * 24 * time.Hour
	overlap      = time.Hour
)

func newCluster(t testing.TB, store Store) cluster {
	return cluster{store: store, sealer: newSealer(t), clock: newClock()}
}

// ring is a node that has not read the store yet.
func (c cluster) ring() *Ring {
	return NewRing(c.store, c.sealer, Options{
		Clock: c.clock.now, PublishAhead: publishAhead, RotateAfter: rotateAfter, Overlap: overlap, Log: c.log, Spread: cmp.Or(c.spread, 1),
	})
}

func (c cluster) node(t testing.TB) *Ring {
	t.Helper()
	r := c.ring()
	if err := r.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

type claims struct {
	Subject string `json:"sub"`
}

func sign(t testing.TB, r *Ring, alg string) string {
	t.Helper()
	token, err := r.Sign(t.Context(), alg, "at+jwt", claims{"u_1"})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// kidOf verifies a token and returns the key that signed it.
func kidOf(t testing.TB, r *Ring, token string) string {
	t.Helper()
	_, header, err := r.Verify(token, "at+jwt")
	if err != nil {
		t.Fatal(err)
	}
	return header.KID
}

// states are those of an algorithm's keys, by serial.
func states(r *Ring, alg string) []State {
	infos := slices.DeleteFunc(r.List(), func(k KeyInfo) bool { return k.Alg != alg })
	slices.SortFunc(infos, func(a, b KeyInfo) int { return int(a.Serial - b.Serial) })
	got := make([]State, len(infos))
	for i, info := range infos {
		got[i] = info.State
	}
	return got
}

func wantStates(t *testing.T, r *Ring, alg string, want ...State) {
	t.Helper()
	if got := states(r, alg); !slices.Equal(got, want) {
		t.Fatalf("%s keys are %v, want %v", alg, got, want)
	}
}

// atOnce calls do for every ring at the same moment and reports the first error.
func atOnce(t *testing.T, rings []*Ring, do func(*Ring) error) {
	t.Helper()
	var wg sync.WaitGroup
	start, errs := make(chan struct{}), make([]error, len(rings))
	for i, r := range rings {
		wg.Go(func() {
			<-start
			errs[i] = do(r)
		})
	}
	close(start)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}
