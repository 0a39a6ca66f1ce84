package logintest

import (
	"context"
	"sync"

	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
)

// Outbox keeps what was queued.
type Outbox struct {
	mu      sync.Mutex
	sent    []mail.Message
	notices []Notice
}

// Notice is a notice and whom it was for.
type Notice struct {
	templates.NoticeMail
	To string
}

// Notify keeps m, once for each address.
func (o *Outbox) Notify(_ context.Context, user storage.User, m templates.NoticeMail) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, to := range user.Addresses() {
		o.notices = append(o.notices, Notice{m, to})
	}
	return nil
}

// Notices returns what Notify kept, oldest first.
func (o *Outbox) Notices() []Notice {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]Notice(nil), o.notices...)
}

// Send keeps m.
func (o *Outbox) Send(_ context.Context, m mail.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, m)
	return nil
}

// Sent returns what Send kept, oldest first.
func (o *Outbox) Sent() []mail.Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]mail.Message(nil), o.sent...)
}
