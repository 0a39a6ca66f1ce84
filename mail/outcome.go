package mail

import (
	"context"
	"errors"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Outcome is what became of one try to deliver a mail.
type Outcome string

// Outcomes. All but Retried are final.
const (
	Sent    Outcome = "sent"
	Retried Outcome = "retried"
	Refused Outcome = "refused" // by the mail server, for good
	Expired Outcome = "expired"
	Unknown Outcome = "unknown" // no one who may get it has the address
)

// handle brings one claimed mail to its outcome.
func (w *Worker) handle(ctx context.Context, claimed storage.Mail) {
	release := w.hold(ctx, claimed)
	defer release()
	m, outcome, err := w.try(ctx, claimed)
	next := w.Queue.Clock.Now().Add(delay(claimed.Tries))
	if outcome == Retried && !next.Before(claimed.ExpiresAt) {
		outcome = Expired
	}
	w.conclude(ctx, claimed, outcome, next)
	w.log(m, claimed, outcome, err)
}

func (w *Worker) try(ctx context.Context, claimed storage.Mail) (Message, Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	if !w.Queue.Clock.Now().Before(claimed.ExpiresAt) {
		return Message{}, Expired, nil
	}
	m, err := w.Queue.open(claimed)
	if err != nil {
		return m, Retried, err // it may open on a node that knows a newer secret
	}
	to, err := w.Recipient(ctx, m)
	if err != nil {
		return m, Retried, err
	}
	if to == "" {
		return m, Unknown, nil
	}
	m.To = to
	outcome, err := w.deliver(ctx, m)
	return m, outcome, err
}

func (w *Worker) deliver(ctx context.Context, m Message) (Outcome, error) {
	err := w.Transport.Deliver(ctx, w.From, m)
	refused := errors.Is(err, ErrRefused)
	w.note(err != nil && !refused)
	switch {
	case refused:
		return Refused, err
	case err != nil:
		return Retried, err
	}
	return Sent, nil
}

// conclude records the outcome. Should that fail, the lease lapses and the mail is tried again.
func (w *Worker) conclude(ctx context.Context, claimed storage.Mail, outcome Outcome, next time.Time) {
	ctx, cancel := context.WithTimeout(ctx, storeFor)
	defer cancel()
	var err error
	if outcome == Retried {
		err = w.Queue.store.RetryMail(ctx, claimed.ID, next, claimed.Tries+1)
	} else {
		err = w.Queue.store.MailSent(ctx, claimed.ID)
	}
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		w.Log.Warn("mail outcome not recorded", "mail", claimed.ID, "outcome", outcome, "error", err)
	}
}

// log counts the outcome, and logs it when someone waits for a mail in vain.
func (w *Worker) log(m Message, claimed storage.Mail, outcome Outcome, cause error) {
	if w.Report != nil {
		w.Report(outcome)
	}
	if outcome == Sent || outcome == Unknown {
		return
	}
	w.Log.Warn("mail not delivered", "mail", claimed.ID, "outcome", outcome,
		"to_digest", m.recipient(), "tries", claimed.Tries+1, "error", cause)
}

// delay is how long to wait after so many earlier failures and one more.
func delay(failures int) time.Duration {
	delays := []time.Duration{time.Second, 5 * time.Second, 15 * time.Second, time.Minute}
	return delays[min(failures, len(delays)-1)]
}
