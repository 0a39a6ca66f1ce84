package ephemeral

import "container/heap"

// ranked is a member of a ranking: it knows what it goes before, and gets its place.
type ranked[M any] interface {
	before(other M) bool
	at(place int)
}

// ranking is a heap with the member at its root that goes before all others.
type ranking[M ranked[M]] []M

var _ heap.Interface = (*ranking[*entry])(nil)

func (r ranking[M]) Len() int           { return len(r) }
func (r ranking[M]) Less(i, j int) bool { return r[i].before(r[j]) }

func (r ranking[M]) Swap(i, j int) {
	r[i], r[j] = r[j], r[i]
	r[i].at(i)
	r[j].at(j)
}

func (r *ranking[M]) Push(x any) {
	m := x.(M)
	m.at(len(*r))
	*r = append(*r, m)
}

func (r *ranking[M]) Pop() any {
	last := len(*r) - 1
	m := (*r)[last]
	clear((*r)[last:])
	*r = (*r)[:last]
	return m
}
