package ephemeral

import (
	"sync/atomic"
	"time"
)

const (
	tolerated = 5           // failures in a row before Redis is left alone
	restFor   = time.Second // and for how long
)

// breaker spares requests the wait for a Redis that does not answer: after some failures in a row
// they are refused at once, but for one in each restFor that tries again.
type breaker struct {
	failures atomic.Int64
	lastTry  atomic.Pointer[time.Time]
}

func (b *breaker) allows(now time.Time) bool {
	if b.failures.Load() < tolerated {
		return true
	}
	last := b.lastTry.Load()
	return now.Sub(*last) >= restFor && b.lastTry.CompareAndSwap(last, &now)
}

func (b *breaker) report(ok bool, now time.Time) {
	if ok {
		b.failures.Store(0)
		return
	}
	b.lastTry.Store(&now)
	b.failures.Add(1)
}
