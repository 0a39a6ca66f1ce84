package clients

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// LastUsed notes when secrets were last used. Getting a token writes nothing, so uses are gathered
// here and stored every few seconds, one statement for all; a clean stop loses none.
type LastUsed struct {
	store SecretTimes
	log   *slog.Logger
	mu    sync.Mutex
	used  map[string]time.Time
}

// SecretTimes stores the time of last use per secret id.
type SecretTimes interface {
	TouchSecrets(ctx context.Context, used map[string]time.Time) error
}

const touchEvery = 5 * time.Second

// NewLastUsed returns an empty LastUsed; Run stores what it gathers.
func NewLastUsed(store SecretTimes, log *slog.Logger) *LastUsed {
	return &LastUsed{store: store, log: log, used: map[string]time.Time{}}
}

// SecretUsed notes a use.
func (l *LastUsed) SecretUsed(id string, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used[id] = at
}

// Run stores what was noted every few seconds until ctx ends.
func (l *LastUsed) Run(ctx context.Context) {
	tick := time.NewTicker(touchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.Flush(ctx)
		}
	}
}

// Flush stores what was noted so far. When the store is away the times are kept for the next try.
func (l *LastUsed) Flush(ctx context.Context) {
	used := l.take(nil)
	if len(used) == 0 {
		return
	}
	if err := l.store.TouchSecrets(ctx, used); err != nil {
		l.log.LogAttrs(ctx, slog.LevelWarn, "last use of secrets not stored yet", slog.Any("error", err))
		l.take(used)
	}
}

// take empties what was noted, or puts back what could not be stored.
func (l *LastUsed) take(back map[string]time.Time) map[string]time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if back == nil {
		taken := l.used
		l.used = map[string]time.Time{}
		return taken
	}
	for id, at := range back {
		if l.used[id].Before(at) {
			l.used[id] = at
		}
	}
	return nil
}
