package users

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/audit"
)

// Disable refuses the user from now on, and ends sessions and tokens.
func (s *Service) Disable(ctx context.Context, by audit.Actor, id string) error {
	if err := s.Store.SetUserDisabled(ctx, id, time.Now()); err != nil {
		return err
	}
	return s.record(ctx, by, audit.UserDisabled, id, "")
}

// Enable lets a disabled user sign in again.
func (s *Service) Enable(ctx context.Context, by audit.Actor, id string) error {
	if err := s.record(ctx, by, audit.UserEnabled, id, ""); err != nil {
		return err
	}
	return s.Store.SetUserDisabled(ctx, id, time.Time{})
}

// Delete removes the user with sessions, consents and grants.
func (s *Service) Delete(ctx context.Context, by audit.Actor, id string) error {
	if err := s.Store.DeleteUser(ctx, id); err != nil {
		return err
	}
	return s.record(ctx, by, audit.UserDeleted, id, "")
}
