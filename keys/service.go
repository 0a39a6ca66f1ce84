package keys

import (
	"context"
	"errors"
	"fmt"

	"github.com/symbolon-id/symbolon/audit"
)

// Recorder records one audit event durably.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
}

// Service changes the deployment's keys for an operator, and records who did.
type Service struct {
	Ring  *Ring
	Audit Recorder
}

// Rotate replaces the signing keys as Ring.Rotate does.
func (s Service) Rotate(ctx context.Context, by audit.Actor, alg string) ([]KeyInfo, error) {
	infos, err := s.Ring.Rotate(ctx, alg)
	if err != nil {
		return nil, err
	}
	for _, k := range infos { // after it: which keys they are is known only then
		if err := s.record(ctx, by, audit.KeyRotated, k.KID); err != nil {
			return nil, err
		}
	}
	return infos, nil
}

// Revoke revokes a key as Ring.Revoke does. A key that is revoked is recorded as such even if the ring
// does not load without it.
func (s Service) Revoke(ctx context.Context, by audit.Actor, kid string) error {
	err := s.Ring.Revoke(ctx, kid)
	var revoked notReloaded
	if err != nil && !errors.As(err, &revoked) {
		return err
	}
	return errors.Join(err, s.record(ctx, by, audit.KeyRevoked, kid))
}

func (s Service) record(ctx context.Context, by audit.Actor, event, kid string) error {
	return s.Audit.Record(ctx, audit.Event{Type: event, Outcome: audit.Success, Target: kid, Method: string(by)})
}

// notReloaded is why a ring could not read its keys again after one was revoked.
type notReloaded struct {
	kid   string
	cause error
}

func (e notReloaded) Error() string {
	return fmt.Sprintf("signing key %s is revoked; reload: %v", e.kid, e.cause)
}

func (e notReloaded) Unwrap() error { return e.cause }
