// Package revocation ends sessions, grants and tokens by when they began: after a backup brought back what
// was revoked since, or after the secret leaked.
package revocation

import (
	"context"
	"errors"
	"time"

	"github.com/symbolon-id/symbolon/audit"
)

// ErrFuture refuses a time that is still to come.
var ErrFuture = errors.New("the time is still to come")

// Store ends what it keeps.
type Store interface {
	// EndEverythingBefore ends all sessions, grants and tokens that began before that time.
	EndEverythingBefore(ctx context.Context, before time.Time) error
}

// Recorder records one audit event durably.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
}

// Service revokes, and records who did.
type Service struct {
	Store Store
	Audit Recorder
}

// Check returns ErrFuture for a time that has not come: what begins until then could not be told apart.
func Check(at time.Time) error {
	if at.After(time.Now()) {
		return ErrFuture
	}
	return nil
}

// EverythingBefore ends all that began up to a time, and returns from when on what begins lives: the whole
// second that follows, as tokens say no more of when they were issued. It returns when that has come.
func (s Service) EverythingBefore(ctx context.Context, by audit.Actor, at time.Time) (time.Time, error) {
	if err := Check(at); err != nil {
		return time.Time{}, err
	}
	before := at.Add(time.Second - 1).Truncate(time.Second).UTC()
	if err := s.Store.EndEverythingBefore(ctx, before); err != nil {
		return time.Time{}, err
	}
	err := s.Audit.Record(ctx, audit.Event{
		Type: audit.EverythingEnded, Outcome: audit.Success, Target: before.Format(time.RFC3339), Method: string(by),
	})
	if err != nil {
		return time.Time{}, err
	}
	time.Sleep(time.Until(before))
	return before, nil
}
