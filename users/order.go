package users

import (
	"context"
	"errors"
	"fmt"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// ErrUnrecorded says that an act happened, and that the audit trail does not have it yet.
var ErrUnrecorded = errors.New("done, but not in the audit trail")

// Overtaken is the reason of an event that another change prevented after it was recorded as a success.
const Overtaken = "conflict"

// give records that power is given, and gives it: without the record it is not given. Where another change
// came first, that is recorded as well.
func (s *Service) give(ctx context.Context, by audit.Actor, event, id string, do func() error) error {
	if err := s.record(ctx, by, event, id, ""); err != nil {
		return err
	}
	err := do()
	if !overtaken(err) {
		return err
	}
	return errors.Join(err, s.Audit.Record(ctx, audit.Event{
		Type: event, Outcome: audit.Refused, Reason: Overtaken, UserID: id, Method: string(by),
	}))
}

func overtaken(err error) bool {
	for _, first := range []error{storage.ErrConflict, storage.ErrExists, storage.ErrSpent, storage.ErrNotFound} {
		if errors.Is(err, first) {
			return true
		}
	}
	return false
}

// taken records that power was taken away.
func (s *Service) taken(ctx context.Context, by audit.Actor, event, id, target string) error {
	if err := s.record(ctx, by, event, id, target); err != nil {
		return fmt.Errorf("%w: %w", ErrUnrecorded, err)
	}
	return nil
}

func (s *Service) record(ctx context.Context, by audit.Actor, event, id, target string) error {
	return s.Audit.Record(ctx, audit.Event{Type: event, Outcome: audit.Success, UserID: id, Target: target, Method: string(by)})
}
