package ephemeral

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const maxCounts = 1 << 17 // keys counted at a time

// Counts limits rates in the process with the generic cell rate algorithm: per key one instant, the
// theoretical arrival time, until which the events so far have used the rate up.
type Counts struct {
	Now func() time.Time

	mu     sync.Mutex
	keys   map[string]*entry // expires is the theoretical arrival time
	expiry ranking[*entry]
	max    int
}

// NewCounts returns counts in which every key is unused.
func NewCounts() *Counts {
	return &Counts{Now: time.Now, keys: map[string]*entry{}, max: maxCounts}
}

// Count takes one event of key's rate. It returns 0 when the event is allowed, else how long to
// wait; a refused event uses nothing up. The error is always nil.
func (c *Counts) Count(_ context.Context, key string, l storage.Limit) (time.Duration, error) {
	if !countable(l) {
		return never, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Now()
	c.forget(now)
	e, known := c.keys[key]
	if !known && len(c.keys) >= c.max {
		// Forgetting a key to make room would give its owner a fresh burst: refuse newcomers instead.
		return c.expiry[0].expires.Sub(now), nil
	}
	if !known {
		e = &entry{key: key, expires: now}
	}
	next := e.expires.Add(interval(l))
	if wait := next.Add(-time.Duration(l.Events) * interval(l)).Sub(now); wait > 0 {
		return wait, nil
	}
	e.expires = next
	c.keep(e, known)
	return 0, nil
}

func (c *Counts) keep(e *entry, known bool) {
	if known {
		heap.Fix(&c.expiry, e.place)
		return
	}
	c.keys[e.key] = e
	heap.Push(&c.expiry, e)
}

// forget drops the keys whose whole burst is free again.
func (c *Counts) forget(now time.Time) {
	for len(c.expiry) > 0 && !now.Before(c.expiry[0].expires) {
		delete(c.keys, heap.Pop(&c.expiry).(*entry).key)
	}
}

// never is how long to wait for an event of a rate that has none.
const never = time.Hour

func countable(l storage.Limit) bool { return l.Events > 0 && l.Per > 0 }

// interval is the time one event uses up, at least the microsecond Redis counts in.
func interval(l storage.Limit) time.Duration {
	return max(l.Per/time.Duration(l.Events), time.Microsecond)
}
