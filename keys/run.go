package keys

import (
	"context"
	"time"
)

const (
	pollEvery = time.Second // a revocation reaches every node within this
	pollLimit = 5 * time.Second
)

// Run keeps the ring up to date until ctx ends: it reads the store every second, replaces signing
// keys by age and drops those removed long ago. While the store is down the ring keeps its keys.
func (r *Ring) Run(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	r.follow(ctx, tick.C)
	return nil
}

func (r *Ring) follow(ctx context.Context, ticks <-chan time.Time) {
	var before error
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		err := r.poll(ctx)
		if ctx.Err() == nil {
			r.report(before, err)
		}
		before = err
	}
}

// report logs when trouble begins, changes or ends, not every second of it.
func (r *Ring) report(before, now error) {
	switch {
	case now == nil && before != nil:
		r.opt.Log.Info("signing keys are up to date again")
	case now != nil && (before == nil || before.Error() != now.Error()):
		r.opt.Log.Error("signing keys are not up to date; going on with those loaded", "error", now)
	}
}

func (r *Ring) poll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pollLimit)
	defer cancel()
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(ctx); err != nil {
		return err
	}
	if err := r.rotateAged(ctx); err != nil {
		return err
	}
	return r.drop(ctx)
}
