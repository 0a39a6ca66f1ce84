package mail

import (
	"context"
	"errors"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const (
	leaseFor   = 10 * time.Second // without a sign of life for so long, a mail is abandoned
	renewEvery = 2 * time.Second
)

// hold keeps a claimed mail from other workers, by one renewal of its lease after the other, until
// release is called. It is short so that a mail does not wait for long for a worker that was killed.
func (w *Worker) hold(ctx context.Context, claimed storage.Mail) (release func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(renewEvery)
		defer tick.Stop()
		for held := claimed.NextTryAt; ; {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			until := w.Queue.Clock.Now().Add(leaseFor)
			switch err := w.renew(ctx, claimed.ID, held, until); {
			case err == nil:
				held = until
			case errors.Is(err, storage.ErrNotFound): // its outcome is recorded, or another worker has it
				return
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

func (w *Worker) renew(ctx context.Context, id string, held, until time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, renewEvery)
	defer cancel()
	return w.Queue.store.RenewMail(ctx, id, held, until)
}
