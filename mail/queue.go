package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/storage"
)

// Store keeps the queue durably.
type Store interface {
	// AddMail has stored m for good when it returns nil.
	AddMail(ctx context.Context, m storage.Mail) error
	// ClaimMail gives one due mail to one caller and keeps it from all others for lease. It returns
	// storage.ErrNotFound when none is due.
	ClaimMail(ctx context.Context, now time.Time, lease time.Duration) (storage.Mail, error)
	// RenewMail lengthens the lease of a mail, or returns storage.ErrNotFound when it does not end at
	// held any more: its outcome is known, or another worker has claimed it.
	RenewMail(ctx context.Context, id string, held, until time.Time) error
	// MailSent forgets the mail.
	MailSent(ctx context.Context, id string) error
	// RetryMail makes the mail due again at nextTry.
	RetryMail(ctx context.Context, id string, nextTry time.Time, tries int) error
}

// Sealer encrypts and authenticates; purpose is bound to what it seals.
type Sealer interface {
	Seal(purpose string, plaintext []byte) []byte
	Open(purpose string, sealed []byte) ([]byte, error)
}

// Queue takes messages to be sent.
type Queue struct {
	Clock clock.Clock
	// From says which network a request came from, and which wide network is around it; "" when it is no
	// request. Nil: nothing is one.
	From func(ctx context.Context) (network, wide string)

	turns  turns
	store  Store
	sealer Sealer
	wake   chan struct{} // of the worker in this process
}

// NewQueue returns a queue on store whose messages only sealer can read.
func NewQueue(store Store, sealer Sealer) *Queue {
	return &Queue{turns: turns{next: map[string]time.Time{}}, store: store, sealer: sealer, wake: make(chan struct{}, 1)}
}

// Send queues m. When it returns nil, m survives a crash and is delivered until it expires; it never
// waits for a mail server. Its error is of the message, or of the store.
func (q *Queue) Send(ctx context.Context, m Message) error {
	now := q.Clock.Now()
	if m.Expires.IsZero() {
		m.Expires = now.Add(defaultLife)
	}
	if err := m.validate(); err != nil {
		return fmt.Errorf("queue mail: %w", err)
	}
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode mail: %w", err)
	}
	id := storage.NewID("m_")
	record := storage.Mail{
		ID: id, Sealed: q.sealer.Seal(purpose(id), text),
		CreatedAt: now, NextTryAt: now, Turn: q.turn(ctx, now), ExpiresAt: m.Expires,
	}
	if err := q.store.AddMail(ctx, record); err != nil {
		return fmt.Errorf("queue mail: %w", err)
	}
	select {
	case q.wake <- struct{}{}:
	default: // it is awake already
	}
	return nil
}

func (q *Queue) turn(ctx context.Context, now time.Time) time.Time {
	if q.From == nil {
		return now
	}
	network, wide := q.From(ctx)
	return q.turns.take(now, network, wide)
}

// open reads a stored message back.
func (q *Queue) open(record storage.Mail) (Message, error) {
	text, err := q.sealer.Open(purpose(record.ID), record.Sealed)
	if err != nil {
		return Message{}, fmt.Errorf("open mail: %w", err)
	}
	m := Message{ID: record.ID}
	if err := json.Unmarshal(text, &m); err != nil {
		return Message{}, fmt.Errorf("decode mail: %w", err)
	}
	return m, nil
}

func purpose(id string) string { return "mail:" + id }
