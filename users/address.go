package users

import (
	"context"
	"errors"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// ChangeEmail gives the user an address that proof shows to be theirs, and spends proof with it:
// storage.ErrExists when it is another user's, first or second, storage.ErrSpent when proof was used before.
func (s *Service) ChangeEmail(ctx context.Context, by audit.Actor, userID, email string, proof storage.Spent) error {
	if err := s.free(ctx, userID, email); err != nil {
		return err
	}
	return s.give(ctx, by, audit.EmailChanged, userID, func() error {
		return s.Store.ChangeEmail(ctx, userID, email, proof, s.Clock.Now())
	})
}

// SetSecondEmail is ChangeEmail of the second address.
func (s *Service) SetSecondEmail(ctx context.Context, by audit.Actor, userID, email string, proof storage.Spent) error {
	if err := s.free(ctx, userID, email); err != nil {
		return err
	}
	return s.give(ctx, by, audit.SecondEmailSet, userID, func() error {
		return s.Store.SetSecondEmail(ctx, userID, email, proof, s.Clock.Now())
	})
}

// DropSecondEmail takes the second address away: storage.ErrNotFound when it is not email any more.
func (s *Service) DropSecondEmail(ctx context.Context, by audit.Actor, userID, email string) error {
	if err := s.Store.DropSecondEmail(ctx, userID, email, s.Clock.Now()); err != nil {
		return err
	}
	return s.taken(ctx, by, audit.SecondEmailRemoved, userID, "")
}

// free keeps what is bound to fail out of the audit trail. The store decides.
func (s *Service) free(ctx context.Context, userID, email string) error {
	owner, err := s.Store.UserByEmail(ctx, email)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err == nil && owner.ID != userID {
		return storage.ErrExists
	}
	return err
}
