package ephemeral

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/storage"
)

const maxCounts = 1 << 15 // keys counted at a time for one purpose

// Counts limits rates in the process with the generic cell rate algorithm: per key one instant, the
// theoretical arrival time, until which the events so far have used the rate up. Each purpose, which is
// what a key begins with up to a colon, has a table to itself: none can be filled by way of another.
type Counts struct {
	Clock clock.Clock
	// Owner says whose what a context counts or puts is, such as the network its request came from; nil:
	// all is one's.
	Owner func(ctx context.Context) string

	mu     sync.Mutex
	tables map[string]*table
	max    int
}

// NewCounts returns counts in which every key is unused.
func NewCounts() *Counts {
	return &Counts{tables: map[string]*table{}, max: maxCounts}
}

// Count takes one event of key's rate. It returns 0 when the event is allowed, else how long to
// wait; a refused event uses nothing up. The error is always nil.
func (c *Counts) Count(ctx context.Context, key string, l storage.Limit) (time.Duration, error) {
	if !countable(l) {
		return never, nil
	}
	name := c.whose(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	now, t := c.Clock.Now(), c.table(key)
	t.forget(now)
	e, known := t.keys[key]
	if !known && len(t.keys) >= c.max && !t.makeRoom(name) {
		return t.expiry[0].expires.Sub(now), nil
	}
	if !known {
		e = &entry{key: key, expires: now}
	}
	next := e.expires.Add(interval(l))
	if wait := next.Add(-time.Duration(l.Events) * interval(l)).Sub(now); wait > 0 {
		return wait, nil
	}
	e.expires = next
	t.keep(name, e, known)
	return 0, nil
}

func (c *Counts) whose(ctx context.Context) string {
	if c.Owner == nil {
		return ""
	}
	return c.Owner(ctx)
}

func (c *Counts) table(key string) *table {
	purpose := key[:max(0, strings.IndexByte(key, ':'))]
	t := c.tables[purpose]
	if t == nil {
		t = &table{keys: map[string]*entry{}, owners: owners{of: map[string]*owner{}}}
		c.tables[purpose] = t
	}
	return t
}

// never is how long to wait for an event of a rate that has none.
const never = time.Hour

func countable(l storage.Limit) bool { return l.Events > 0 && l.Per > 0 }

// interval is the time one event uses up, at least the microsecond Redis counts in.
func interval(l storage.Limit) time.Duration {
	return max(l.Per/time.Duration(l.Events), time.Microsecond)
}
