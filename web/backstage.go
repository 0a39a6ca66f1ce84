package web

import (
	"net/http"
	"net/http/pprof"
)

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
