package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Limit is a rate: Events in Per, all of which may come at once.
type Limit struct {
	Events int
	Per    time.Duration
}

// Counter counts events per key across the nodes.
type Counter interface {
	// Count records one event under key unless that would be more than events in per. It returns how
	// long to wait before one is allowed again, 0 when this one was.
	Count(ctx context.Context, key string, events int, per time.Duration) (retryAfter time.Duration, err error)
}

// Limiter refuses what comes too often.
type Limiter struct{ Counter Counter }

// wideShare is how many times as much a wide network may do as one network.
const wideShare = 16

// AllowNetwork is Allow for where the request of ctx comes from: its network may do what at limit, the
// wide network around it some more. Moving within that does not help.
func (l Limiter) AllowNetwork(ctx context.Context, what string, limit Limit) error {
	ip := ClientIP(ctx)
	if err := l.Allow(ctx, what+":"+Network(ip), limit); err != nil {
		return err
	}
	limit.Events *= wideShare
	return l.Allow(ctx, what+"-wide:"+WideNetwork(ip), limit)
}

// Allow records one event under key, such as "mail:" + Network(addr). It returns a 429 *Error when
// there were too many, and the request's record names the limit: what precedes the colon. It
// returns the Counter's error when it cannot know: never a free pass.
func (l Limiter) Allow(ctx context.Context, key string, limit Limit) error {
	retryAfter, err := l.Counter.Count(ctx, key, limit.Events, limit.Per)
	if err != nil {
		return fmt.Errorf("count for rate limit: %w", err)
	}
	if retryAfter > 0 {
		name, _, _ := strings.Cut(key, ":")
		Annotate(ctx, slog.String("limit", name))
		return &Error{Status: http.StatusTooManyRequests, RetryAfter: retryAfter}
	}
	return nil
}
