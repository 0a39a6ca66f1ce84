package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// outage is the state of tokens and grants while the database cannot be reached.
type outage struct{ Tokens }

func (outage) TokenState(context.Context, storage.TokenQuery) (storage.TokenState, error) {
	return storage.TokenState{}, fmt.Errorf("read token state: %w", storage.ErrUnavailable)
}

func (outage) RevokeToken(context.Context, string, time.Time) error {
	return fmt.Errorf("revoke token: %w", storage.ErrUnavailable)
}

// readOnly is a database that has lost its primary.
type readOnly struct{ Grants }

func (readOnly) RevokeGrant(context.Context, string, time.Time, string) error {
	return fmt.Errorf("revoke grant: %w", storage.ErrUnavailable)
}
