package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Annotate adds attributes to the one record of this request in the log. They must be free
// of tokens, codes, links and addresses. Outside of a request it does nothing.
func Annotate(ctx context.Context, attrs ...slog.Attr) {
	x := exchangeOf(ctx)
	if x == nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.attrs = append(x.attrs, attrs...)
}

const recordAttrs = 8

// finish measures and records the request, also when its connection is being given up.
func (m *Mux) finish(x *exchange, r *http.Request) {
	took := time.Since(x.started)
	if x.route != nil {
		x.route.seconds.observe(m.metrics.requests, x.route.name, x.status, took)
	}
	method := knownMethod(r.Method)
	endSpan(x, method)
	if level := x.level(); m.log.Enabled(r.Context(), level) {
		m.log.LogAttrs(r.Context(), level, "request", x.record(r, method, took)...)
	}
}

// record holds the route's pattern, never the path or the query: those carry links, codes and tokens.
func (x *exchange) record(r *http.Request, method string, took time.Duration) []slog.Attr {
	x.mu.Lock()
	defer x.mu.Unlock()
	attrs := x.attrs
	x.attrs = nil // a handler's goroutine that outlives it must not write into the record
	attrs[0] = slog.String("method", method)
	attrs[1] = slog.String("route", x.routeName())
	attrs[2] = slog.Int("status", x.status)
	attrs[3] = slog.Int64("bytes", x.bytes)
	attrs[4] = slog.Duration("duration", took)
	attrs[5] = slog.String("ip", x.ip.String())
	attrs[6] = slog.String("trace", x.trace[0])
	attrs[7] = slog.String("agent", printableLog(r.UserAgent(), 200))
	if x.fault != nil {
		attrs = append(attrs, slog.String("code", x.fault.Code))
		if x.fault.Hint != "" {
			attrs = append(attrs, slog.String("differs", x.fault.Hint))
		}
	}
	if x.level() < slog.LevelError {
		return attrs
	}
	if x.cause != nil {
		attrs = append(attrs, slog.String("error", x.cause.Error()))
	}
	if crash, ok := errors.AsType[*panicked](x.cause); ok {
		attrs = append(attrs, slog.String("stack", string(crash.stack)))
	}
	return attrs
}

// level returns an error for what we should have answered and could not. A caller who left is none.
func (x *exchange) level() slog.Level {
	switch {
	case x.fault != nil && x.fault.Status >= http.StatusInternalServerError && !errors.Is(x.cause, context.Canceled),
		x.fault == nil && x.status >= http.StatusInternalServerError && !x.is(plain):
		return slog.LevelError
	case x.is(plain):
		return slog.LevelDebug // probes and files
	}
	return slog.LevelInfo
}

func (x *exchange) is(k kind) bool { return x.route != nil && x.route.kind == k }

func (x *exchange) routeName() string {
	if x.route == nil {
		return "unmatched"
	}
	return x.route.name
}

func knownMethod(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE":
		return method
	}
	return "OTHER"
}

// printableLog cuts s to limit bytes and replaces what could forge a record or move a terminal's cursor.
func printableLog(s string, limit int) string {
	if len(s) > limit {
		s = s[:limit]
	}
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return strings.Map(printableASCII, s)
		}
	}
	return s
}

func printableASCII(c rune) rune {
	if c < ' ' || c > '~' {
		return '?'
	}
	return c
}
