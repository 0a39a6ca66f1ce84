package mail

import (
	"context"
	"errors"
)

// Transport hands a message over for delivery.
type Transport interface {
	// Deliver returns nil when the message was accepted, an error with ErrRefused in it when trying
	// again is pointless, any other when it may help. Its text is fit for a log.
	Deliver(ctx context.Context, from string, m Message) error
}

// ErrRefused reports that the mail server will not take this message, now or later.
var ErrRefused = errors.New("refused for good")
