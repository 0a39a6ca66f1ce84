// Package outbox works off what waits in a store, such as mails and notices of a logout: several nodes
// at once, several items at a time, and nothing that was claimed is dropped when a node stops.
package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const (
	pollEvery = time.Second      // what other nodes queued, retries and lapsed leases are noticed this late
	storeFor  = 10 * time.Second // claiming takes no longer
)

// Worker takes items out of an outbox. Several nodes may each run one.
type Worker[Item any] struct {
	Name  string // for the log
	Lanes int    // items in hand at a time
	// Aside is how many more may be in hand after Patience: these give their lanes to others.
	Aside    int
	Patience time.Duration
	// Claim gives one due item to one caller, or storage.ErrNotFound when none is due.
	Claim func(ctx context.Context) (Item, error)
	// Handle does the item's work, and has its own limit of time. Its context outlives the worker's.
	Handle func(ctx context.Context, item Item)
	Wake   <-chan struct{} // something was queued here; nil: polling is enough
	Log    *slog.Logger
}

// Run works until ctx ends, then finishes what is in hand and returns.
func (w Worker[Item]) Run(ctx context.Context) {
	var inHand sync.WaitGroup
	defer inHand.Wait()
	lane, aside := make(chan struct{}, w.Lanes), make(chan struct{}, w.Aside)
	for {
		select {
		case lane <- struct{}{}:
		case <-ctx.Done():
			return
		}
		if ctx.Err() != nil {
			return
		}
		item, err := w.claim(ctx)
		if err != nil {
			<-lane
			w.rest(ctx, err)
			continue
		}
		inHand.Go(func() {
			defer w.hold(lane, aside)()
			w.Handle(context.WithoutCancel(ctx), item)
		})
	}
}

// hold keeps an item's lane until release, and after Patience a place aside instead, if one is free.
func (w Worker[Item]) hold(lane, aside chan struct{}) (release func()) {
	var mu sync.Mutex
	held, over := lane, false
	timer := time.AfterFunc(w.Patience, func() {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		select {
		case aside <- struct{}{}:
			<-held
			held = aside
		default:
		}
	})
	return func() {
		timer.Stop()
		mu.Lock()
		defer mu.Unlock()
		over = true
		<-held
	}
}

// claim is not cut short by shutdown: a claim without its answer would delay the item by a lease.
func (w Worker[Item]) claim(ctx context.Context) (Item, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeFor)
	defer cancel()
	return w.Claim(ctx)
}

// rest waits until there may be something to claim.
func (w Worker[Item]) rest(ctx context.Context, claim error) {
	if !errors.Is(claim, storage.ErrNotFound) {
		w.Log.Warn("queue unavailable", "queue", w.Name, "error", claim)
	}
	timer := time.NewTimer(pollEvery)
	defer timer.Stop()
	select {
	case <-w.Wake:
	case <-timer.C:
	case <-ctx.Done():
	}
}
