package mail

import (
	"sync"
	"time"
)

// Mails of one origin stand so far apart in the order of delivery: what is asked for in a flood stands
// behind what others ask for meanwhile. While the queue is short it delays nothing.
const (
	networkEvery = 10 * time.Second
	wideEvery    = time.Second
	maxOrigins   = 1 << 14 // remembered at a time
)

// turns remembers when the next mail of an origin has its turn.
type turns struct {
	mu   sync.Mutex // guards next
	next map[string]time.Time
}

// take returns the turn of one more mail of a network and of the wide network around it.
func (t *turns) take(now time.Time, network, wide string) time.Time {
	if network == "" {
		return now
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	turn := now
	for _, next := range []time.Time{t.pass(network, now, networkEvery), t.pass(wide, now, wideEvery)} {
		if next.After(turn) {
			turn = next
		}
	}
	return turn
}

// pass returns the turn of origin, and moves its next one on. It expects mu to be held.
func (t *turns) pass(origin string, now time.Time, every time.Duration) time.Time {
	next, known := t.next[origin]
	if !known && len(t.next) >= maxOrigins {
		t.forget(now)
	}
	if !next.After(now) {
		next = now
	}
	if known || len(t.next) < maxOrigins {
		t.next[origin] = next.Add(every)
	}
	return next
}

func (t *turns) forget(now time.Time) {
	for origin, next := range t.next {
		if !next.After(now) {
			delete(t.next, origin)
		}
	}
}
