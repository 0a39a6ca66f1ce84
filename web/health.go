package web

import (
	"context"
	"net/http"
	"net/http/pprof"
	"sync"
	"sync/atomic"
	"time"
)

// Check is one thing the server needs.
type Check struct {
	Reason string // code returned when it fails, such as "database"; never a host name (CVE-2024-32967)
	Hard   bool   // without it this node must get no requests; else it is merely degraded
	Probe  func(context.Context) error
}

// Health answers those who decide whether this process lives and whether it gets requests.
type Health struct {
	checks   []*probed
	draining atomic.Bool

	mu      sync.Mutex
	last    report
	checked time.Time
}

const (
	healthLife   = 2 * time.Second
	probeTimeout = time.Second
)

// NewHealth returns a Health that is ready when no hard check fails.
func NewHealth(checks ...Check) *Health {
	h := &Health{}
	for _, c := range checks {
		h.checks = append(h.checks, &probed{Check: c})
	}
	return h
}

// Drain makes the node not ready, for good: it is about to stop.
func (h *Health) Drain() { h.draining.Store(true) }

// Live answers 200 as long as the process answers at all; it asks nothing else.
func (h *Health) Live() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write([]byte("ok\n"))
	})
}

type report struct {
	Status  string   `json:"status"`  // ready, degraded, unavailable
	Reasons []string `json:"reasons"` // codes of what fails
}

// Ready answers 200 when this node should get requests, 503 when not. What it found is at most two
// seconds old, however often it is asked.
func (h *Health) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found := h.report(r.Context())
		status := http.StatusOK
		if found.Status == "unavailable" {
			status = http.StatusServiceUnavailable
		}
		w.Header().Set("Cache-Control", "no-store")
		WriteJSON(w, status, found) // an error is a caller who left
	})
}

func (h *Health) report(ctx context.Context) report {
	if h.draining.Load() {
		return report{"unavailable", []string{"draining"}}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.checked.IsZero() || time.Since(h.checked) >= healthLife {
		h.last = h.probe(context.WithoutCancel(ctx))
		h.checked = time.Now()
	}
	return h.last
}

// probe runs all checks at once.
func (h *Health) probe(ctx context.Context) report {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	results := make([]chan bool, len(h.checks))
	for i, c := range h.checks {
		results[i] = c.start(ctx)
	}
	found := report{"ready", []string{}}
	for i, c := range h.checks {
		if arrived(ctx, results[i]) {
			continue
		}
		found.Reasons = append(found.Reasons, c.Reason)
		found.worsen(c.Hard)
	}
	return found
}

func (r *report) worsen(hard bool) {
	if hard {
		r.Status = "unavailable"
	}
	if r.Status == "ready" {
		r.Status = "degraded"
	}
}

// probed is a Check with at most one probe under way: one that hangs is not joined by others.
type probed struct {
	Check
	busy atomic.Bool
}

// start returns a channel that gets true when the probe succeeds, false when it fails.
func (p *probed) start(ctx context.Context) chan bool {
	result := make(chan bool, 1)
	if !p.busy.CompareAndSwap(false, true) {
		result <- false
		return result
	}
	go func() {
		defer p.busy.Store(false)
		result <- p.Probe(ctx) == nil
	}()
	return result
}

// arrived takes what is already there before it looks at the clock: a probe that ended in time must
// not lose a race against the others' timeout.
func arrived(ctx context.Context, result chan bool) bool {
	select {
	case ok := <-result:
		return ok
	default:
	}
	select {
	case ok := <-result:
		return ok
	case <-ctx.Done():
		return false
	}
}

// Backstage is what operators see on the metrics listener, which the public never reaches:
// /metrics, /livez, /readyz and /debug/pprof/.
func Backstage(m *Metrics, h *Health) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	mux.Handle("GET /livez", h.Live())
	mux.Handle("GET /readyz", h.Ready())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}
