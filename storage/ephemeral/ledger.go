package ephemeral

import (
	"container/heap"
	"time"
)

// entryOverhead is what the map, the heaps, the list and the entry cost beside key and value.
const entryOverhead = 256

// ledger knows what is kept and whose it is. When there is no room, the oldest value of the owner who
// holds the most goes, so a flood loses its own values first. While there is room it limits no one.
type ledger struct {
	entries map[string]*entry
	expiry  ranking[*entry]
	owners  owners
	bytes   int
	room    int // bytes allowed
}

func newLedger(room int) ledger {
	return ledger{entries: map[string]*entry{}, owners: owners{of: map[string]*owner{}}, room: room}
}

// enter books e, which fits, in the place of what had its key, and returns the keys that made room.
func (l *ledger) enter(owner string, e *entry, now time.Time) (gone []string) {
	l.remove(l.entries[e.key])
	for len(l.expiry) > 0 && !now.Before(l.expiry[0].expires) {
		l.remove(l.expiry[0])
	}
	for l.bytes+e.size() > l.room {
		oldest := l.owners.richest().oldest()
		gone = append(gone, oldest.key)
		l.remove(oldest)
	}
	l.entries[e.key] = e
	l.bytes += e.size()
	heap.Push(&l.expiry, e)
	l.owners.add(owner, e)
	return gone
}

func (l *ledger) remove(e *entry) {
	if e == nil {
		return
	}
	delete(l.entries, e.key)
	heap.Remove(&l.expiry, e.place)
	l.owners.drop(e)
	l.bytes -= e.size()
}
