package e2e

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// front is the balancer people reach a deployment at: each request goes to the next node.
type front struct {
	url  string // http://localhost:PORT, the issuer
	next atomic.Int64

	mu    sync.Mutex
	nodes []*node
}

func newFront(t testing.TB) (*front, func()) {
	t.Helper()
	listener := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	f := &front{url: "http://localhost:" + port}
	server := &http.Server{Handler: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(f.pick())
			r.Out.Host = r.In.Host
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
		},
		ErrorLog: log.New(io.Discard, "", 0),
		// A node that was killed leaves dead connections behind; a POST on one would be lost.
		Transport: &http.Transport{DisableKeepAlives: true},
	}}
	go server.Serve(listener)
	return f, func() { server.Close() }
}

func (f *front) pick() *url.URL {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.nodes[int(f.next.Add(1))%len(f.nodes)]
	return &url.URL{Scheme: "http", Host: n.address()}
}

// use sends requests to these nodes from now on.
func (f *front) use(nodes ...*node) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nodes = slices.Clone(nodes)
}
