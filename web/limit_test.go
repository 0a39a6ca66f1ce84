package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/web"
)

// counter allows so many events per key, ever.
type counter struct {
	counts map[string]int
	err    error
}

var _ web.Counter = (*counter)(nil)

func (c *counter) Count(_ context.Context, key string, events int, per time.Duration) (time.Duration, error) {
	if c.err != nil {
		return 0, c.err
	}
	c.counts[key]++
	if c.counts[key] > events {
		return per / time.Duration(events), nil
	}
	return 0, nil
}

func TestTooManyIsRefusedWithATimeToComeBack(t *testing.T) {
	limiter := web.Limiter{Counter: &counter{counts: map[string]int{}}}
	limit := web.Limit{Events: 2, Per: 3 * time.Second}
	s := newSite(t, web.MuxOptions{}, func(m *web.Mux) {
		m.API("GET /limited", func(w http.ResponseWriter, r *http.Request) error {
			return limiter.Allow(r.Context(), "net:"+web.Network(web.ClientIP(r.Context())), limit)
		})
	})
	s.send(t, "GET", "/limited", "").must(t, "first", http.StatusOK)
	s.send(t, "GET", "/limited", "").must(t, "second", http.StatusOK)
	got := s.send(t, "GET", "/limited", "").must(t, "third", http.StatusTooManyRequests)
	got.header(t, "third", "Retry-After", "2") // 1.5 s, rounded up
	got.header(t, "third", "Access-Control-Allow-Origin", "*")
	records := s.log.records(t, 3)
	if got := record(t, records[2])["limit"]; got != "net" {
		t.Errorf("the log names the limit %v", got)
	}
	if got, there := record(t, records[1])["limit"]; there {
		t.Errorf("a request that was let through names the limit %v", got)
	}
}

func TestLimiterThatCannotCountRefuses(t *testing.T) {
	down := errors.New("counter down")
	limiter := web.Limiter{Counter: &counter{err: down}}
	if err := limiter.Allow(t.Context(), "k", web.Limit{Events: 1, Per: time.Second}); !errors.Is(err, down) {
		t.Error(err)
	}
}

func TestMovingWithinAWideNetworkDoesNotHelp(t *testing.T) {
	limiter := web.Limiter{Counter: &counter{counts: map[string]int{}}}
	s := newSite(t, web.MuxOptions{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}, func(m *web.Mux) {
		m.API("GET /limited", func(w http.ResponseWriter, r *http.Request) error {
			return limiter.AllowNetwork(r.Context(), "what", web.Limit{Events: 2, Per: time.Minute})
		})
	})
	for _, in := range []string{"10.1.%d.1", "2001:db8:1:%x::1"} {
		allowed := 0
		for i := range 200 {
			from := fmt.Sprintf(in, i)
			if s.send(t, "GET", "/limited", "", "X-Forwarded-For: "+from).StatusCode == http.StatusOK {
				allowed++
			}
		}
		if allowed != 32 {
			t.Errorf("%s: %d allowed", in, allowed)
		}
	}
	s.send(t, "GET", "/limited", "", "X-Forwarded-For: 10.2.0.1").must(t, "elsewhere", http.StatusOK)
}
