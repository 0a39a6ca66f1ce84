package recovery

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/login"
)

// count is how many codes there are in a set.
const count = 10

// Sets keeps sets of codes, by their digests.
type Sets interface {
	// SetRecoveryCodes replaces all of the user's codes.
	SetRecoveryCodes(ctx context.Context, userID string, digests [][]byte, at time.Time) error
	RecoveryCodesLeft(ctx context.Context, userID string) (int, error)
}

// Codes makes sets of codes, for the account pages. Its caller has made sure that it is the
// user.
type Codes struct {
	Store Sets
	Now   func() time.Time // nil: the system's clock

	// What only Issue and First use. Link is the absolute address of the account's page of codes.
	Audit   Recorder
	Notices login.Notices
	Link    string
}

// Renew gives the user ten new codes, as people type them, in place of all they had. This is the only
// time that they can be seen.
func (c *Codes) Renew(ctx context.Context, userID string) ([]string, error) {
	codes, digests := make([]string, count), make([][]byte, count)
	for i := range codes {
		code := newCode()
		codes[i], digests[i] = grouped(code), digest(userID, code)
	}
	if err := c.Store.SetRecoveryCodes(ctx, userID, digests, now(c.Now)); err != nil {
		return nil, err
	}
	return codes, nil
}

// Left returns how many of the user's codes are unused.
func (c *Codes) Left(ctx context.Context, userID string) (int, error) {
	return c.Store.RecoveryCodesLeft(ctx, userID)
}

func now(clock func() time.Time) time.Time {
	if clock == nil {
		return time.Now()
	}
	return clock()
}
