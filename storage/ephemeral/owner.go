package ephemeral

import (
	"container/heap"
	"container/list"
)

// owner is who put values, the oldest first.
type owner struct {
	name    string
	entries list.List
	bytes   int
	place   int // in the heap
}

// oldest is the value that was put first; an owner has one.
func (o *owner) oldest() *entry { return o.entries.Front().Value.(*entry) }

// owners are all who have values, with the one at the root who holds the most.
type owners struct {
	of   map[string]*owner
	most ownerHeap
}

func (o *owners) richest() *owner { return o.most[0] }

func (o *owners) add(name string, e *entry) {
	whose := o.of[name]
	if whose == nil {
		whose = &owner{name: name}
		o.of[name] = whose
		heap.Push(&o.most, whose)
	}
	e.owner, e.turn = whose, whose.entries.PushBack(e)
	whose.bytes += e.size()
	heap.Fix(&o.most, whose.place)
}

func (o *owners) drop(e *entry) {
	whose := e.owner
	whose.entries.Remove(e.turn)
	whose.bytes -= e.size()
	if whose.entries.Len() > 0 {
		heap.Fix(&o.most, whose.place)
		return
	}
	delete(o.of, whose.name)
	heap.Remove(&o.most, whose.place)
}

// ownerHeap has the owner with the most bytes at its root.
type ownerHeap []*owner

var _ heap.Interface = (*ownerHeap)(nil)

func (h ownerHeap) Len() int           { return len(h) }
func (h ownerHeap) Less(i, j int) bool { return h[i].bytes > h[j].bytes }

func (h ownerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (h *ownerHeap) Push(x any) {
	o := x.(*owner)
	o.place = len(*h)
	*h = append(*h, o)
}

func (h *ownerHeap) Pop() any {
	last := len(*h) - 1
	o := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return o
}
