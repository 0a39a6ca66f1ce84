package session

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const (
	touchEvery = time.Minute // how stale LastSeenAt may be: one write a minute, not one a request
	touchQueue = 1024
	touchTime  = 5 * time.Second
)

// seen notes, without making the request wait, that the session is in use. A note that finds the
// queue full is dropped: the next request makes it again.
func (s *Sessions) seen(row storage.Session, now time.Time) {
	if now.Sub(row.LastSeenAt) < touchEvery {
		return
	}
	if _, queued := s.touched.LoadOrStore(row.ID, true); queued {
		return
	}
	row.LastSeenAt, row.IdleAt = now, s.idleAt(row, now)
	select {
	case s.touch <- row:
	default:
		s.touched.Delete(row.ID)
	}
}

// Run stores when sessions were last used, until ctx ends. Without it they would all end idle.
func (s *Sessions) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case row := <-s.touch:
			s.keepSeen(ctx, row)
		}
	}
}

// keepSeen lets an outage pass: the next request of the session notes it again.
func (s *Sessions) keepSeen(ctx context.Context, row storage.Session) {
	ctx, cancel := context.WithTimeout(ctx, touchTime)
	defer cancel()
	defer s.touched.Delete(row.ID)
	_ = s.store.TouchSession(ctx, row.ID, row.LastSeenAt, row.IdleAt)
}
