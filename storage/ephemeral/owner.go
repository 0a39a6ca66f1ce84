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

func (o *owner) before(other *owner) bool { return o.bytes > other.bytes }
func (o *owner) at(place int)             { o.place = place }

// oldest is the value that was put first; an owner has one.
func (o *owner) oldest() *entry { return o.entries.Front().Value.(*entry) }

// newest is the value that was put last.
func (o *owner) newest() *entry { return o.entries.Back().Value.(*entry) }

// owners are all who have values, with the one at the root who holds the most.
type owners struct {
	of   map[string]*owner
	most ranking[*owner]
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
