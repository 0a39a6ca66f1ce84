package session

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

func TestMoveIsTheFirstOnceAmongMany(t *testing.T) {
	var m moves
	var all sync.WaitGroup
	var firsts atomic.Int64
	for range 100 {
		all.Go(func() {
			if m.first("s_1", "192.0.2.0/24") {
				firsts.Add(1)
			}
		})
	}
	all.Wait()
	if firsts.Load() != 1 {
		t.Errorf("%d firsts", firsts.Load())
	}
	if m.forget("s_1"); !m.first("s_1", "192.0.2.0/24") {
		t.Error("it was not forgotten")
	}
}

func TestMovesTakeBoundedMemory(t *testing.T) {
	var m moves
	for i := range 2 * maxNetworks {
		m.first("s_wanderer", fmt.Sprint(i))
	}
	if got := len(m.seen["s_wanderer"]); got != maxNetworks {
		t.Errorf("%d networks of one session", got)
	}
	for i := range 2 * maxMoved {
		m.first(fmt.Sprint("s_", i), "192.0.2.0/24")
	}
	if len(m.seen) > maxMoved {
		t.Errorf("%d sessions", len(m.seen))
	}
}
