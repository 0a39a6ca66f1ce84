package registration

import (
	"context"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/symbolon-id/symbolon/storage"
)

const flightTime = 10 * time.Second // at most

// flights let all who want the same client written down at once wait for one who does it.
type flights struct{ under singleflight.Group }

// do returns what work returns, for whoever came first. It goes on when they go away.
func (f *flights) do(ctx context.Context, id string, work func(context.Context) (storage.Client, error)) (storage.Client, error) {
	done := f.under.DoChan(id, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flightTime)
		defer cancel()
		return work(ctx)
	})
	select {
	case result := <-done:
		return result.Val.(storage.Client), result.Err
	case <-ctx.Done():
		return storage.Client{}, ctx.Err()
	}
}
