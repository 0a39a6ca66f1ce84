package users

import (
	"context"
	"errors"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/login/recoverlink"
	"github.com/symbolon-id/symbolon/storage"
)

// Bounds of a recovery link.
const (
	MaxRecoverDelay = 30 * 24 * time.Hour
	MaxRecoverLife  = 7 * 24 * time.Hour
)

// ErrDisabled refuses a link to who is disabled: none lets them in.
var ErrDisabled = errors.New("the user is disabled")

// Recovery is a link that lets a user in once, whatever they have enrolled.
type Recovery struct {
	ID, URL     string
	From, Until time.Time
}

// CheckRecovery returns a clients.Invalid unless a link may work from delay on, for life.
func CheckRecovery(delay, life time.Duration) error {
	if delay < 0 || delay > MaxRecoverDelay {
		return clients.Invalid{Field: "delay", Reason: "must be at most 30d"}
	}
	if life <= 0 || life > MaxRecoverLife {
		return clients.Invalid{Field: "life", Reason: "must be at least a moment and at most 7d"}
	}
	return nil
}

// Recover makes a link that works from delay on, for life. It is given away only when it is in the audit
// trail, and the account will be told.
func (s *Service) Recover(ctx context.Context, by audit.Actor, p Post, u storage.User, delay, life time.Duration) (Recovery, error) {
	if err := CheckRecovery(delay, life); err != nil {
		return Recovery{}, err
	}
	if !u.DisabledAt.IsZero() {
		return Recovery{}, ErrDisabled
	}
	l := recoverlink.New(u.ID, s.Clock.Now().Add(delay), life)
	token, err := l.Token(p.Sealer)
	if err != nil {
		return Recovery{}, err
	}
	if err := s.record(ctx, by, audit.RecoveryLinkMade, u.ID, l.ID); err != nil {
		return Recovery{}, err
	}
	if err := p.announce(ctx, u, l); err != nil {
		return Recovery{}, err
	}
	return Recovery{l.ID, p.Issuer + "/login/recover/" + token, l.From, l.Until}, nil
}

// VoidRecovery spends a link that was made for the user, before anyone else can: storage.ErrSpent when
// it was used or taken back already, storage.ErrNotFound when it was not made for them.
func (s *Service) VoidRecovery(ctx context.Context, by audit.Actor, userID, linkID string) error {
	made, err := s.recoveryMade(ctx, userID, linkID)
	if err != nil {
		return err
	}
	if err := s.Store.Spend(ctx, recoverlink.Spend(linkID, made.At.Add(MaxRecoverDelay+MaxRecoverLife))); err != nil {
		return err
	}
	return s.taken(ctx, by, audit.RecoveryLinkVoided, userID, linkID)
}

const maxRecoveries = 1000

func (s *Service) recoveryMade(ctx context.Context, userID, linkID string) (audit.Event, error) {
	events, err := s.Store.Events(ctx, audit.Filter{Type: audit.RecoveryLinkMade, UserID: userID, Limit: maxRecoveries})
	if err != nil {
		return audit.Event{}, err
	}
	for _, e := range events {
		if e.Target == linkID {
			return e, nil
		}
	}
	return audit.Event{}, storage.ErrNotFound
}
