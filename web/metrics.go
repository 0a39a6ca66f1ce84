package web

import (
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the numbers of this process, for Prometheus.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	inFlight prometheus.Gauge
	tokens   tally
	logins   tally
	events   tally
	mails    tally
	logouts  tally
}

// NewMetrics returns Metrics with everything at zero.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "symbolon_http_request_seconds", Help: "Time to answer, by route and status.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route", "code"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "symbolon_http_requests_in_flight", Help: "Requests being worked on."}),
		tokens: newTally("symbolon_tokens_issued_total", "Tokens issued.", "grant", "alg"),
		logins: newTally("symbolon_logins_total", "Attempts to sign in.", "method", "result"),
		events: newTally("symbolon_audit_events_total", "Audit events.", "type", "outcome"),
		mails:  newTally("symbolon_mails_total", "Mails by what became of them.", "result"),

		logouts: newTally("symbolon_logout_notices_total", "Tries to tell a client of a logout, by what became of them.", "result"),
	}
	m.registry.MustRegister(m.requests, m.inFlight, m.tokens.vec, m.logins.vec, m.events.vec, m.mails.vec, m.logouts.vec,
		buildInfo(), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// TokenIssued counts an access token, by grant type and signing algorithm.
func (m *Metrics) TokenIssued(grant, alg string) { m.tokens.add(grant, alg) }

// Login counts an attempt to sign in, by method and by how it ended.
func (m *Metrics) Login(method, result string) { m.logins.add(method, result) }

// AuditEvent counts an audit event.
func (m *Metrics) AuditEvent(eventType, outcome string) { m.events.add(eventType, outcome) }

// Mail counts a mail by what became of it.
func (m *Metrics) Mail(result string) { m.mails.add(result, "") }

// LogoutNotice counts an attempt to notify a client of a logout by its outcome.
func (m *Metrics) LogoutNotice(result string) { m.logouts.add(result, "") }

// SigningEngine says what makes RSA signatures.
func (m *Metrics) SigningEngine(name string) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "symbolon_signing_engine_info", Help: "Always 1; the label tells what makes RSA signatures.",
		ConstLabels: prometheus.Labels{"engine": name},
	}, func() float64 { return 1 }))
}

// Register adds a collector of another package.
func (m *Metrics) Register(c prometheus.Collector) error { return m.registry.Register(c) }

// Handler answers with all numbers in Prometheus's text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

func buildInfo() prometheus.Collector {
	version, revision, goVersion := "unknown", "unknown", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version, goVersion = info.Main.Version, info.GoVersion
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "symbolon_build_info", Help: "Always 1; the labels tell the build.",
		ConstLabels: prometheus.Labels{"version": version, "revision": revision, "go": goVersion},
	}, func() float64 { return 1 })
}

// maxSeries bounds a tally: a label that a caller could choose must not fill the memory.
const maxSeries = 256

// tally is a counter by one or two labels, each combination resolved once.
type tally struct {
	vec    *prometheus.CounterVec
	labels int
	mu     *sync.RWMutex
	known  map[[2]string]prometheus.Counter
}

func newTally(name, help string, labels ...string) tally {
	return tally{
		vec:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels),
		labels: len(labels), mu: new(sync.RWMutex), known: map[[2]string]prometheus.Counter{},
	}
}

func (t *tally) add(a, b string) {
	t.mu.RLock()
	counter, ok := t.known[[2]string{a, b}]
	t.mu.RUnlock()
	if !ok {
		counter = t.resolve([2]string{a, b})
	}
	counter.Inc()
}

func (t *tally) resolve(values [2]string) prometheus.Counter {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.known) >= maxSeries {
		values = [2]string{"other", "other"}
	}
	counter := t.vec.WithLabelValues(values[:t.labels]...)
	t.known[values] = counter
	return counter
}

// observers are the histograms of one route, by status, each resolved once.
type observers [500]atomic.Pointer[prometheus.Observer]

func (o *observers) observe(vec *prometheus.HistogramVec, route string, status int, took time.Duration) {
	if status < 100 || status > 599 {
		status = http.StatusInternalServerError // the connection was given up before a status
	}
	slot := &o[status-100]
	seconds := slot.Load()
	if seconds == nil {
		resolved := vec.WithLabelValues(route, strconv.Itoa(status))
		seconds = &resolved
		slot.Store(seconds)
	}
	(*seconds).Observe(took.Seconds())
}
