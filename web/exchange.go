package web

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// kind decides how a route is protected and how its errors look.
type kind int

const (
	page kind = iota
	api
	plain
)

// route is what is known of a request before it comes: its bounded name in logs and metrics.
type route struct {
	name    string
	kind    kind
	seconds observers
}

// exchange is one request and its answer: the ResponseWriter the handler sees, and what the record
// will say. There is one allocation of it per request.
type exchange struct {
	http.ResponseWriter
	route     *route // nil until one matched
	muxStatus int    // what ServeMux answered by itself
	started   time.Time
	ip        netip.Addr
	handshake handshake
	trace     [1]string // as the header wants it
	span      trace.Span
	status    int // 0 until the answer has begun
	bytes     int64
	body      body
	place     place
	err       error  // what the handler returned
	fault     *Error // what was answered for it
	cause     error
	language  string // of a page, as Content-Language names it
	posted    bool   // a form came

	mu    sync.Mutex
	attrs []slog.Attr // the first recordAttrs are the record's own
	room  [recordAttrs + 6]slog.Attr
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// take begins the answer with the headers of its kind and, for a page, its language, which the
// handler's mails speak as well.
func (m *Mux) take(x *exchange, r *http.Request, to *route) {
	x.route, x.posted = to, r.Method == http.MethodPost
	maps.Copy(x.Header(), m.headers[to.kind])
	if to.kind == page {
		x.language = m.language(x, r)
		x.Header().Set("Content-Language", x.language)
	}
}

// Posted reports whether this answers a form, so that its address cannot be opened again.
func (x *exchange) Posted() bool { return x.posted }

// Language is that of the page being answered, as Content-Language names it; "" where no page is.
func Language(ctx context.Context) string {
	if x := exchangeOf(ctx); x != nil {
		return x.language
	}
	return ""
}

// WriteHeader begins the answer. As long as no route matched, it is ServeMux that wants to answer:
// its text is dropped, refuse finds our own.
func (x *exchange) WriteHeader(status int) {
	if x.route == nil {
		x.muxStatus = status
		return
	}
	if x.status != 0 {
		return
	}
	if status >= http.StatusOK {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) Write(p []byte) (int, error) {
	if x.route == nil {
		return len(p), nil
	}
	if x.status == 0 {
		x.WriteHeader(http.StatusOK)
	}
	n, err := x.ResponseWriter.Write(p)
	x.bytes += int64(n)
	return n, err
}

// Begun reports whether a handler has begun its answer: it is too late for another one.
func Begun(w http.ResponseWriter) bool {
	x, ok := w.(*exchange)
	return ok && x.status != 0
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// body is a request's body after it has been read.
type body struct{ bytes.Reader }

func (*body) Close() error { return nil }
