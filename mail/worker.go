package mail

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const (
	pollEvery = time.Second      // other nodes' mails, retries and lapsed leases are noticed this late
	tryFor    = 30 * time.Second // a delivery takes no longer
	storeFor  = 10 * time.Second // nor does a statement of the store
	lanes     = 4                // deliveries at a time, so that one slow answer delays nobody
)

// Worker delivers what is queued, its own process's mails at once. Several nodes may each run one.
type Worker struct {
	Queue     *Queue
	Transport Transport
	From      string // the From header, see ParseSender
	// Wanted tells whether m may go out: not to somebody disabled, and with KnownOnly only to a user.
	// It is asked here and not where mail is queued, so that no page knows who has an account.
	Wanted func(ctx context.Context, m Message) (bool, error)
	Log    *slog.Logger
	Report func(Outcome) // counts; optional

	failed atomic.Int64 // when the last try failed, in Unix milliseconds; 0: it did not
}

// Failing tells whether the last delivery found the mail server unreachable or unwilling.
func (w *Worker) Failing() bool {
	failed := w.failed.Load()
	return failed != 0 && w.Queue.Now().Sub(time.UnixMilli(failed)) < failingFor
}

// failingFor: the next try may be another node's, which tells this one nothing.
const failingFor = 90 * time.Second

func (w *Worker) note(failed bool) {
	if failed {
		w.failed.Store(w.Queue.Now().UnixMilli())
		return
	}
	w.failed.Store(0)
}

// Run delivers until ctx ends, then finishes the mails in hand (less than a minute) and returns.
func (w *Worker) Run(ctx context.Context) {
	var inHand sync.WaitGroup
	defer inHand.Wait()
	lane := make(chan struct{}, lanes)
	for {
		select {
		case lane <- struct{}{}:
		case <-ctx.Done():
			return
		}
		if ctx.Err() != nil {
			return
		}
		claimed, err := w.claim(ctx)
		if err != nil {
			<-lane
			w.rest(ctx, err)
			continue
		}
		inHand.Go(func() {
			defer func() { <-lane }()
			w.handle(context.WithoutCancel(ctx), claimed)
		})
	}
}

// claim is not cut short by shutdown: a claim without its answer would delay the mail by a lease.
func (w *Worker) claim(ctx context.Context) (storage.Mail, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeFor)
	defer cancel()
	return w.Queue.store.ClaimMail(ctx, w.Queue.Now(), leaseFor)
}

// rest waits until there may be something to claim.
func (w *Worker) rest(ctx context.Context, claim error) {
	if !errors.Is(claim, storage.ErrNotFound) {
		w.Log.Warn("mail queue unavailable", "error", claim)
	}
	timer := time.NewTimer(pollEvery)
	defer timer.Stop()
	select {
	case <-w.Queue.wake:
	case <-timer.C:
	case <-ctx.Done():
	}
}
