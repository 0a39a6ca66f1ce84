package web

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// gate bounds how many requests are worked on at once in this process. Beyond that, an answer now
// (503, try again) is worth more than an answer after everybody has given up.
type gate struct {
	limit int64
	gauge prometheus.Gauge
	open  atomic.Int64
}

func (g *gate) enter() bool {
	if g.open.Add(1) > g.limit {
		g.open.Add(-1)
		return false
	}
	g.gauge.Inc()
	return true
}

func (g *gate) leave() {
	g.open.Add(-1)
	g.gauge.Dec()
}
