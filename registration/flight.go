package registration

import (
	"context"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const flightTime = 10 * time.Second // at most

// flights let everybody who wants the same client written down at once wait for one who does it.
type flights struct {
	mu    sync.Mutex // guards under
	under map[string]*flight
}

// flight is over when done is closed; client and err are its result.
type flight struct {
	done   chan struct{}
	client storage.Client
	err    error
}

// do returns what work returns, for whoever came first. It goes on when they go away.
func (f *flights) do(ctx context.Context, id string, work func(context.Context) (storage.Client, error)) (storage.Client, error) {
	f.mu.Lock()
	under, ok := f.under[id]
	if !ok {
		under = &flight{done: make(chan struct{})}
		if f.under == nil {
			f.under = map[string]*flight{}
		}
		f.under[id] = under
		go f.run(context.WithoutCancel(ctx), id, under, work)
	}
	f.mu.Unlock()
	select {
	case <-under.done:
		return under.client, under.err
	case <-ctx.Done():
		return storage.Client{}, ctx.Err()
	}
}

func (f *flights) run(ctx context.Context, id string, under *flight, work func(context.Context) (storage.Client, error)) {
	ctx, cancel := context.WithTimeout(ctx, flightTime)
	defer cancel()
	under.client, under.err = work(ctx)
	f.mu.Lock()
	delete(f.under, id)
	f.mu.Unlock()
	close(under.done)
}
