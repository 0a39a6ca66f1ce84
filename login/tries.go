package login

import (
	"context"
	"time"
)

// Failures counts tries durably.
type Failures interface {
	// CountFailure counts one more and returns 0 when it is within limit, else how long to wait; of any
	// number of parallel callers on all nodes no more than limit are within it, per window.
	CountFailure(ctx context.Context, key string, limit int, window time.Duration, now time.Time) (wait time.Duration, err error)
	ForgetFailures(ctx context.Context, key string) error
}

// Budget is how many tries there are.
type Budget struct {
	Key    string
	Limit  int
	Window time.Duration
}

// Tries bounds guessing.
type Tries struct {
	Failures Failures
	Now      func() time.Time
}

// Spend counts a try before it is judged, in a statement of its own, so that parallel guesses
// cannot outrun it and no rollback takes it back. It returns 0 when the try may be made, else how
// long to wait.
func (t Tries) Spend(ctx context.Context, budgets ...Budget) (time.Duration, error) {
	for _, b := range budgets {
		wait, err := t.Failures.CountFailure(ctx, b.Key, b.Limit, b.Window, t.Now())
		if err != nil || wait > 0 {
			return wait, err
		}
	}
	return 0, nil
}

// Forgive starts the counts anew, once a right code has shown that the owner is there.
func (t Tries) Forgive(ctx context.Context, budgets ...Budget) error {
	for _, b := range budgets {
		if err := t.Failures.ForgetFailures(ctx, b.Key); err != nil {
			return err
		}
	}
	return nil
}

// budgets are five tries of one attempt, and over all attempts and factors of the account ten in a
// quarter of an hour and a hundred in a row (NIST SP 800-63B section 3.2.2).
func (at progress) budgets() []Budget {
	attempt := at.pending.ID
	if attempt == "" {
		attempt = at.session.ID + " " + at.handle
	}
	return append([]Budget{{"attempt:" + attempt, 5, 15 * time.Minute}}, budgetsOf(at.known())...)
}

func budgetsOf(userID string) []Budget {
	return []Budget{
		{"factor:" + userID, 10, 15 * time.Minute},
		{"factor-run:" + userID, 100, 30 * 24 * time.Hour},
	}
}
