package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func ready(h *web.Health) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.Ready().ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
	return w
}

func failing(context.Context) error { return errors.New("dial tcp db.internal:5432: refused") }
func fine(context.Context) error    { return nil }

func TestReadinessFollowsTheChecks(t *testing.T) {
	hanging := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for _, c := range []struct {
		name   string
		checks []web.Check
		status int
		body   string
	}{
		{"hard", []web.Check{{"database", true, failing}, {"redis", false, fine}}, 503, `{"status":"unavailable","reasons":["database"]}`},
		{"both", []web.Check{{"redis", false, failing}, {"database", true, failing}}, 503, `{"status":"unavailable","reasons":["redis","database"]}`},
		{"hangs", []web.Check{{"database", true, hanging}, {"keys", true, fine}}, 503, `{"status":"unavailable","reasons":["database"]}`},
		{"soft", []web.Check{{"database", true, fine}, {"smtp", false, failing}}, 200, `{"status":"degraded","reasons":["smtp"]}`},
		{"none", []web.Check{{"database", true, fine}}, 200, `{"status":"ready","reasons":[]}`},
	} {
		got := ready(web.NewHealth(c.checks...))
		if got.Code != c.status || got.Body.String() != c.body {
			t.Errorf("%s: %d %s", c.name, got.Code, got.Body)
		}
	}
}

func TestDrainingNodeIsNotReadyButAlive(t *testing.T) {
	h := web.NewHealth(web.Check{Reason: "database", Hard: true, Probe: fine})
	if got := ready(h); got.Code != http.StatusOK {
		t.Error(got.Code)
	}
	h.Drain()
	if got := ready(h); got.Code != 503 || got.Body.String() != `{"status":"unavailable","reasons":["draining"]}` {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	w := httptest.NewRecorder()
	h.Live().ServeHTTP(w, httptest.NewRequest("GET", "/livez", nil))
	if w.Code != http.StatusOK {
		t.Error(w.Code)
	}
}

func TestManyQuestionsAreOneProbe(t *testing.T) {
	var probes atomic.Int64
	h := web.NewHealth(web.Check{Reason: "database", Hard: true, Probe: func(context.Context) error {
		probes.Add(1)
		return nil
	}})
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() { ready(h) })
	}
	group.Wait()
	// A second one only if the machine stalled for longer than the answer is kept.
	if n := probes.Load(); n > 10 {
		t.Errorf("%d probes", n)
	}
}

func TestBackstageHasNoOtherDoors(t *testing.T) {
	s := httptest.NewServer(web.Backstage(web.NewMetrics(), web.NewHealth()))
	defer s.Close()
	for path, status := range map[string]int{"/metrics": 200, "/livez": 200, "/readyz": 200, "/debug/pprof/": 200, "/": 404, "/token": 404} {
		resp, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		got := readAnswer(t, resp).must(t, path, status)
		if path == "/metrics" && !strings.Contains(got.body, "symbolon_build_info") {
			t.Error(got.body)
		}
	}
}
