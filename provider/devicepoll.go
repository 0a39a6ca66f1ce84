package provider

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// polls is how often a device may ask; it is told the interval devicePoll.
var polls = web.Limit{Events: 1, Per: devicePoll - time.Second}

// Pending returns why the device has no tokens yet (RFC 8628 section 3.5). Only the client that the code
// was made for learns it.
func (s *deviceStore) Pending(ctx context.Context, clientID string, digest []byte) error {
	d, err := s.pending(ctx, digest)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return refuse("expired_token", "The device code is unknown or has expired.")
	case err != nil:
		return err
	case d.ClientID != clientID:
		return foreign("device code", d.ClientID, clientID)
	case d.Denied:
		return refuse("access_denied", "The user denied the request.")
	}
	if err := s.limiter.Allow(ctx, "poll:"+hex.EncodeToString(digest), polls); err != nil {
		return refuse("slow_down", "Polling too fast; increase the interval.")
	}
	return refuse("authorization_pending", "The user has not answered yet.")
}
