package users

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/audit"
)

// Disable refuses the user from now on, and ends sessions and tokens.
func (s *Service) Disable(ctx context.Context, by audit.Actor, id string) error {
	if err := s.Store.SetUserDisabled(ctx, id, s.Clock.Now()); err != nil {
		return err
	}
	return s.taken(ctx, by, audit.UserDisabled, id, "")
}

// Enable lets a disabled user sign in again.
func (s *Service) Enable(ctx context.Context, by audit.Actor, id string) error {
	return s.give(ctx, by, audit.UserEnabled, id, func() error { return s.Store.SetUserDisabled(ctx, id, time.Time{}) })
}

// patience bounds the recording of a deletion, which goes on when the caller hangs up.
const patience = 5 * time.Second

// Delete removes the user with sessions, consents and grants. As the store erases from where the user came,
// the event says neither that nor in which request.
func (s *Service) Delete(ctx context.Context, by audit.Actor, id string) error {
	if err := s.Store.DeleteUser(ctx, id); err != nil {
		return err
	}
	anonymous, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return s.taken(anonymous, by, audit.UserDeleted, id, "")
}
