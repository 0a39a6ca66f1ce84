package ephemeral

import (
	"container/heap"
	"time"
)

// table is the keys counted for one purpose; they expire at their theoretical arrival time.
type table struct {
	keys   map[string]*entry
	expiry ranking[*entry]
	owners owners
}

// makeRoom forgets a key of the owner who has the most, unless that is name: the owner who fills the
// table gets no further keys, and no fresh burst of those used up, because the newest goes.
func (t *table) makeRoom(name string) bool {
	richest := t.owners.richest()
	if richest.name == name {
		return false
	}
	t.drop(richest.newest())
	return true
}

func (t *table) keep(name string, e *entry, known bool) {
	if known {
		heap.Fix(&t.expiry, e.place)
		return
	}
	t.keys[e.key] = e
	heap.Push(&t.expiry, e)
	t.owners.add(name, e)
}

// forget drops the keys whose whole burst is free again.
func (t *table) forget(now time.Time) {
	for len(t.expiry) > 0 && !now.Before(t.expiry[0].expires) {
		t.drop(t.expiry[0])
	}
}

func (t *table) drop(e *entry) {
	delete(t.keys, e.key)
	heap.Remove(&t.expiry, e.place)
	t.owners.drop(e)
}
