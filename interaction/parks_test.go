package interaction_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/web"
)

type rates struct{ *ephemeral.Counts }

func (r rates) Count(ctx context.Context, key string, events int, per time.Duration) (time.Duration, error) {
	return r.Counts.Count(ctx, key, storage.Limit{Events: events, Per: per})
}

func TestOneNetworkCannotBeginRequestsWithoutEnd(t *testing.T) {
	s := &interaction.Store{Ephemeral: ephemeral.NewMemory(), Limiter: &web.Limiter{Counter: rates{ephemeral.NewCounts()}}}
	refused := 0
	for range 10_000 {
		q := &interaction.Request{Handle: storage.NewID(""), CreatedAt: time.Now()}
		err := s.Park(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/authorize", nil), q)
		limited, ok := errors.AsType[*web.Error](err)
		switch {
		case ok && limited.Status == http.StatusTooManyRequests && limited.RetryAfter > 0:
			refused++
		case err != nil:
			t.Fatal(err)
		}
	}
	if refused == 0 {
		t.Error("10,000 requests were kept")
	}
}
