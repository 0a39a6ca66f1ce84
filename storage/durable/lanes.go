package durable

import (
	"context"
	"slices"
	"sync"
	"time"
)

// slow is how long a kind of work may be without progress before it must make room for others.
const slow = 250 * time.Millisecond

// lanes keeps one kind of work, such as one that waits for a locked table, from holding every
// connection. A kind is a text of SQL. It holds at most three quarters of the connections, and all
// kinds that make no progress hold no more than that together.
type lanes struct {
	all  int // connections
	most int // of them, that one kind, or all that are stuck, may hold

	mu      sync.Mutex
	kinds   map[string]*lane // those that hold or want a connection, and those that were stuck last
	held    int
	waiting int
}

type lane struct {
	held     int
	stuck    bool      // the last piece of work took too long
	progress time.Time // when one last began on an empty lane, or ended in time
	waiting  []chan struct{}
}

func newLanes(connections int) *lanes {
	return &lanes{all: connections, most: max(1, connections-max(1, connections/4)), kinds: map[string]*lane{}}
}

// enter waits for a place on the kind's lane; a caller that gets one calls leave.
func (l *lanes) enter(ctx context.Context, kind string) (leave func(), err error) {
	if turn := l.join(kind); turn != nil {
		select {
		case <-turn:
		case <-ctx.Done():
			l.giveUp(kind, turn)
			return nil, ctx.Err()
		}
	}
	began := time.Now()
	return func() { l.leave(kind, began) }, nil
}

// join takes a place, or returns what is closed when there is one.
func (l *lanes) join(kind string) (turn chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k, known := l.kinds[kind]
	if !known {
		k = &lane{}
		l.kinds[kind] = k
	}
	if now := time.Now(); len(k.waiting) == 0 && l.hasRoom(k, now) {
		l.take(k, now)
		return nil
	}
	turn = make(chan struct{})
	k.waiting = append(k.waiting, turn)
	l.waiting++
	return turn
}

func (l *lanes) leave(kind string, began time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k, now := l.kinds[kind], time.Now()
	l.free(k)
	if k.stuck = now.Sub(began) > slow; !k.stuck {
		k.progress = now
	}
	l.wake(now)
	if k.held == 0 && !k.stuck && len(k.waiting) == 0 {
		delete(l.kinds, kind)
	}
}

// giveUp ends the wait for a turn, also for one that came at the same moment.
func (l *lanes) giveUp(kind string, turn chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.kinds[kind]
	if i := slices.Index(k.waiting, turn); i >= 0 {
		k.waiting = slices.Delete(k.waiting, i, i+1)
		l.waiting--
		return
	}
	l.free(k)
	l.wake(time.Now())
}

func (l *lanes) wake(now time.Time) {
	if l.waiting == 0 {
		return
	}
	for _, k := range l.kinds {
		for len(k.waiting) > 0 && l.hasRoom(k, now) {
			l.take(k, now)
			close(k.waiting[0])
			k.waiting = k.waiting[1:]
			l.waiting--
		}
	}
}

func (l *lanes) hasRoom(k *lane, now time.Time) bool {
	if l.held == l.all {
		return false
	}
	if !k.isLate(now) {
		return k.held < l.most
	}
	held := 0
	for _, other := range l.kinds {
		if other.isLate(now) {
			held += other.held
		}
	}
	return held < l.most
}

func (l *lanes) take(k *lane, now time.Time) {
	if k.held == 0 {
		k.progress = now
	}
	k.held++
	l.held++
}

func (l *lanes) free(k *lane) {
	k.held--
	l.held--
}

func (k *lane) isLate(now time.Time) bool {
	return k.stuck || (k.held > 0 && now.Sub(k.progress) > slow)
}
