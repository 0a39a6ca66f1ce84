package ephemeral

import (
	"container/heap"
	"container/list"
	"time"
)

// entry is one value, or one rate-limit count, and when it stops to matter.
type entry struct {
	key     string
	value   []byte
	expires time.Time
	place   int // in the heap
	owner   *owner
	turn    *list.Element // among the owner's
}

func (e *entry) size() int { return len(e.key) + len(e.value) + entryOverhead }

// expiryHeap has the entry that expires next at its root.
type expiryHeap []*entry

var _ heap.Interface = (*expiryHeap)(nil)

func (h expiryHeap) Len() int           { return len(h) }
func (h expiryHeap) Less(i, j int) bool { return h[i].expires.Before(h[j].expires) }

func (h expiryHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (h *expiryHeap) Push(x any) {
	e := x.(*entry)
	e.place = len(*h)
	*h = append(*h, e)
}

func (h *expiryHeap) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return e
}
