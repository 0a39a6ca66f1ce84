package mail

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Mailbox is a transport for development: it keeps the last messages in memory, to be looked at.
type Mailbox struct {
	mu   sync.Mutex
	kept []Delivered // oldest first
}

// Delivered is a message in a mailbox.
type Delivered struct {
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	HTML    string    `json:"html"`
	At      time.Time `json:"at"`
}

var _ Transport = (*Mailbox)(nil)

const mailboxSize = 200

// Deliver keeps m and forgets the oldest message when there are too many.
func (b *Mailbox) Deliver(_ context.Context, _ string, m Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept = append(b.kept, Delivered{To: m.To, Subject: m.Subject, Text: m.Text, HTML: m.HTML, At: time.Now()})
	if len(b.kept) > mailboxSize {
		b.kept = slices.Delete(b.kept, 0, len(b.kept)-mailboxSize)
	}
	return nil
}

// Messages returns what was delivered, newest first.
func (b *Mailbox) Messages() []Delivered {
	b.mu.Lock()
	defer b.mu.Unlock()
	newest := append([]Delivered{}, b.kept...)
	slices.Reverse(newest)
	return newest
}
