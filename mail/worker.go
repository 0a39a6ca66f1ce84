package mail

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/symbolon-id/symbolon/outbox"
	"github.com/symbolon-id/symbolon/storage"
)

const (
	tryFor   = 30 * time.Second // a delivery takes no longer
	storeFor = 10 * time.Second // nor does a statement of the store
	lanes    = 4                // deliveries at a time
)

// Worker delivers what is queued, its own process's mails at once. Several nodes may each run one.
type Worker struct {
	Queue     *Queue
	Transport Transport
	From      string // the From header, see ParseSender
	// Recipient is where m goes, "" when it may not: not to a disabled user, and with KnownOnly only to a
	// user. It is asked here and not where mail is queued, so that no page knows who has an account.
	Recipient func(ctx context.Context, m Message) (string, error)
	Log       *slog.Logger
	Report    func(Outcome) // counts; optional

	failed atomic.Int64 // when the last try failed, in Unix milliseconds; 0: it did not
}

// Failing reports whether the last delivery found the mail server unreachable or unwilling.
func (w *Worker) Failing() bool {
	failed := w.failed.Load()
	return failed != 0 && w.Queue.Clock.Now().Sub(time.UnixMilli(failed)) < failingFor
}

// failingFor is how long a failure counts: the next try may be another node's, unknown to this one.
const failingFor = 90 * time.Second

func (w *Worker) note(failed bool) {
	if failed {
		w.failed.Store(w.Queue.Clock.Now().UnixMilli())
		return
	}
	w.failed.Store(0)
}

// Run delivers until ctx ends, then finishes the mails in hand (less than a minute) and returns.
func (w *Worker) Run(ctx context.Context) {
	outbox.Worker[storage.Mail]{
		Name: "mail", Lanes: lanes, Wake: w.Queue.wake, Log: w.Log,
		Claim: func(ctx context.Context) (storage.Mail, error) {
			return w.Queue.store.ClaimMail(ctx, w.Queue.Clock.Now(), leaseFor)
		},
		Handle: w.handle,
	}.Run(ctx)
}
