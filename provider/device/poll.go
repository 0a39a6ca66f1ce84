package device

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// polls is how often a device may ask; it is given the interval devicePoll.
var polls = web.Limit{Events: 1, Per: devicePoll - time.Second}

// Pending returns why the device has no tokens yet (RFC 8628 section 3.5). Only the client that the code
// was made for learns it.
func (s *Store) Pending(ctx context.Context, clientID string, digest []byte) error {
	d, err := s.pending(ctx, digest)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return oauth.Refuse("expired_token", "The device code is unknown or has expired.")
	case err != nil:
		return err
	case d.ClientID != clientID:
		return oauth.Foreign("device code", d.ClientID, clientID)
	case d.Denied:
		return oauth.Refuse("access_denied", "The user denied the request.")
	}
	if err := s.Limiter.Allow(ctx, "poll:"+hex.EncodeToString(digest), polls); err != nil {
		return oauth.Refuse("slow_down", "Polling too fast; increase the interval.")
	}
	return oauth.Refuse("authorization_pending", "The user has not answered yet.")
}
