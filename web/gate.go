package web

import (
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// gate bounds how many requests are worked on at once in this process. Beyond that, an answer now
// (503, try again) is worth more than an answer after everyone has given up.
type gate struct {
	limit int64
	gauge prometheus.Gauge
	open  atomic.Int64
}

func (g *gate) enter() error {
	if g.open.Add(1) > g.limit {
		g.open.Add(-1)
		return &Error{Status: http.StatusServiceUnavailable}
	}
	g.gauge.Inc()
	return nil
}

func (g *gate) leave() {
	g.open.Add(-1)
	g.gauge.Dec()
}

// place is the place of one request within the gate. The request gives it up while it waits for a
// host that is not ours, and once for all when it is answered.
type place struct {
	gate *gate // nil: the route has no gate

	mu      sync.Mutex // work for a request may outlive it
	held    bool
	waiting int
	over    bool
}

func (p *place) take(g *gate) error {
	err := g.enter()
	p.gate, p.held = g, err == nil
	return err
}

// stepOut gives the place up until as many calls of stepIn.
func (p *place) stepOut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting++
	p.drop()
}

func (p *place) stepIn() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting--
	if p.gate == nil || p.over || p.waiting > 0 {
		return nil
	}
	err := p.gate.enter()
	p.held = err == nil
	return err
}

func (p *place) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	p.drop()
}

// drop expects mu to be held.
func (p *place) drop() {
	if p.held {
		p.gate.leave()
	}
	p.held = false
}
