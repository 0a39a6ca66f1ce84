package provider

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
)

// recorder remembers what the provider reports.
type recorder struct {
	mu     sync.Mutex
	events []audit.Event
	used   []string // ids of client secrets
	issued []string // grant types
}

func (r *recorder) Record(ctx context.Context, e audit.Event) error {
	r.RecordLater(ctx, e)
	return nil
}

func (r *recorder) RecordLater(_ context.Context, e audit.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

func (r *recorder) SecretUsed(id string, _ time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used = append(r.used, id)
}

func (r *recorder) TokenIssued(grant, _ string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.issued = append(r.issued, grant)
}

// last returns the latest event of a type.
func (r *recorder) last(t testing.TB, eventType string) audit.Event {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range slices.Backward(r.events) {
		if e.Type == eventType {
			return e
		}
	}
	t.Fatalf("no %s was recorded", eventType)
	return audit.Event{}
}

type counter struct{ counts *ephemeral.Counts }

func (c counter) Count(ctx context.Context, key string, events int, per time.Duration) (time.Duration, error) {
	return c.counts.Count(ctx, key, storage.Limit{Events: events, Per: per})
}
