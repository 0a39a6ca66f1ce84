package ephemeral_test

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
)

func onEveryCounter(t *testing.T, claim func(t *testing.T, s kept)) {
	t.Run("memory", func(t *testing.T) { claim(t, ephemeral.NewMemory()) })
	t.Run("redis", func(t *testing.T) { claim(t, patient(running.single.empty(t))) })
	t.Run("cluster", func(t *testing.T) { claim(t, patient(running.cluster.empty(t))) })
}

// patient counts in Redis however busy this machine is.
func patient(r *ephemeral.Redis) *ephemeral.Redis {
	r.CountPatience = time.Minute
	return r
}

var tenAnHour = storage.Limit{Events: 10, Per: time.Hour}

func TestParallelEventsNeverExceedTheLimit(t *testing.T) {
	onEveryCounter(t, func(t *testing.T, s kept) {
		if n := allowed(s, "key", tenAnHour, 200); n != 10 {
			t.Fatalf("%d events allowed", n)
		}
	})
}

func TestRateWithoutEventsAllowsNone(t *testing.T) {
	onEveryCounter(t, func(t *testing.T, s kept) {
		for _, l := range []storage.Limit{{}, {Events: 1}, {Per: time.Hour}, {Events: -1, Per: time.Hour}} {
			if n := allowed(s, "key", l, 3); n != 0 {
				t.Errorf("%+v: %d events allowed", l, n)
			}
		}
	})
}

func TestRefusedEventLearnsWhenToComeBack(t *testing.T) {
	onEveryCounter(t, func(t *testing.T, s kept) {
		allowed(s, "key", tenAnHour, 10)
		wait, err := s.Count(t.Context(), "key", tenAnHour)
		if err != nil || wait <= 5*time.Minute || wait > 6*time.Minute {
			t.Fatalf("wait %s, %v; one event of ten an hour comes back every 6 minutes", wait, err)
		}
	})
}

func TestKeysAreCountedApart(t *testing.T) {
	onEveryCounter(t, func(t *testing.T, s kept) {
		allowed(s, "one", tenAnHour, 10)
		if n := allowed(s, "another", tenAnHour, 20); n != 10 {
			t.Fatalf("%d events allowed", n)
		}
	})
}

func TestEventsComeBackWithTime(t *testing.T) {
	onEveryCounter(t, func(t *testing.T, s kept) {
		twice := storage.Limit{Events: 2, Per: 200 * time.Millisecond}
		allowed(s, "key", twice, 2)
		eventually(t, "an event is allowed again", func() bool { return allowed(s, "key", twice, 1) == 1 })
	})
}

func TestRefusedEventUsesNothingUp(t *testing.T) {
	counts, now := ephemeral.NewCounts(), time.Now()
	counts.Clock = func() time.Time { return now }
	allowed(counts, "key", tenAnHour, 1000)
	now = now.Add(6 * time.Minute)
	if n := allowed(counts, "key", tenAnHour, 5); n != 1 {
		t.Fatalf("%d events allowed after the time of one", n)
	}
	now = now.Add(2 * time.Hour)
	if n := allowed(counts, "key", tenAnHour, 50); n != 10 {
		t.Fatalf("%d events allowed after a long pause", n)
	}
}

func TestFloodOfKeysResetsNobody(t *testing.T) {
	counts := ephemeral.NewCounts()
	allowed(counts, "victim", tenAnHour, 10)
	refused := false
	for i := range 1 << 18 {
		wait, _ := counts.Count(t.Context(), strconv.Itoa(i), tenAnHour)
		refused = refused || wait > 0
	}
	if !refused {
		t.Error("memory for keys has no bound")
	}
	if n := allowed(counts, "victim", tenAnHour, 1); n != 0 {
		t.Error("a flood of other keys gave a used-up key a new burst")
	}
}

// Keys of thousands of networks fill one purpose's table. Newcomers of other networks are counted all the
// same, the used-up keys of those who fill it stay used up, and other purposes have noticed nothing.
func TestFullTableIsTheTroubleOfWhoFillsIt(t *testing.T) {
	counts := ephemeral.NewCounts()
	counts.Owner = whose
	flooder := as(t.Context(), "flooder")
	for range 10 {
		_, _ = counts.Count(flooder, "mail:used up", tenAnHour)
	}
	for i := range 1 << 17 {
		_, _ = counts.Count(as(t.Context(), "flooder "+strconv.Itoa(i%50)), "mail:"+strconv.Itoa(i), tenAnHour)
		_, _ = counts.Count(flooder, "mail:more "+strconv.Itoa(i), tenAnHour)
	}
	if wait, _ := counts.Count(flooder, "mail:one more", tenAnHour); wait == 0 {
		t.Error("memory for keys has no bound")
	}
	if wait, _ := counts.Count(flooder, "mail:used up", tenAnHour); wait == 0 {
		t.Error("who filled the table got a new burst")
	}
	for i := range 1000 {
		newcomer := as(t.Context(), "newcomer "+strconv.Itoa(i))
		if wait, _ := counts.Count(newcomer, "mail:newcomer "+strconv.Itoa(i), tenAnHour); wait > 0 {
			t.Fatalf("newcomer %d has to wait %s", i, wait)
		}
	}
	if wait, _ := counts.Count(flooder, "par:client", tenAnHour); wait > 0 {
		t.Errorf("another purpose has to wait %s", wait)
	}
}

type counter interface {
	Count(ctx context.Context, key string, l storage.Limit) (time.Duration, error)
}

// allowed is how many of n simultaneous events are.
func allowed(s counter, key string, l storage.Limit, n int) int {
	var count atomic.Int64
	together(n, func() {
		if wait, err := s.Count(context.Background(), key, l); err == nil && wait == 0 {
			count.Add(1)
		}
	})
	return int(count.Load())
}
