package audit

import (
	"slices"
	"sync"
)

// buffer holds events, oldest first, until they are stored.
type buffer struct {
	max    int
	mu     sync.Mutex
	events []Event
}

// add reports whether there was room.
func (b *buffer) add(e Event) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.events) >= b.max {
		return false
	}
	b.events = append(b.events, e)
	return true
}

// oldest copies up to n events; they stay until they are dropped.
func (b *buffer) oldest(n int) []Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.events[:min(n, len(b.events))])
}

// drop removes the n oldest events.
func (b *buffer) drop(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = slices.Delete(b.events, 0, n)
}
