package web

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// TraceID returns the id that the log record, the X-Trace-Id header, the error page and the audit events
// of this request share: 32 hexadecimal digits. When the caller chose these, 16 of ours follow after a
// dash, so that no one can give a request the id of another. It is "" outside of a request.
func TraceID(ctx context.Context) string {
	if x := exchangeOf(ctx); x != nil {
		return x.trace[0]
	}
	return ""
}

// startTrace begins the span of a request, as a child of the caller's when it named one.
func (m *Mux) startTrace(x *exchange, r *http.Request) context.Context {
	ctx := r.Context()
	parent, chosen := traceParent(r.Header)
	if chosen {
		ctx = trace.ContextWithRemoteSpanContext(ctx, parent)
	}
	ctx, x.span = m.tracer.Start(ctx, "request", m.spanOptions...)
	id := x.span.SpanContext().TraceID()
	if !id.IsValid() {
		id = freshTraceID()
	}
	x.trace[0] = id.String()
	if chosen {
		x.trace[0] += "-" + freshSpanID().String()
	}
	return ctx
}

// freshTraceID is an identifier, not a secret.
func freshTraceID() (id trace.TraceID) {
	binary.BigEndian.PutUint64(id[:8], rand.Uint64())
	binary.BigEndian.PutUint64(id[8:], rand.Uint64()|1) // all zeros is invalid
	return id
}

func freshSpanID() (id trace.SpanID) {
	binary.BigEndian.PutUint64(id[:], rand.Uint64())
	return id
}

// traceParent parses the traceparent header (W3C Trace Context, version 00). Anything malformed is
// as if it were absent.
func traceParent(h http.Header) (trace.SpanContext, bool) {
	values := h["Traceparent"]
	if len(values) != 1 || len(values[0]) != 55 {
		return trace.SpanContext{}, false
	}
	v := values[0]
	if v[:3] != "00-" || v[35] != '-' || v[52] != '-' {
		return trace.SpanContext{}, false
	}
	traceID, err := trace.TraceIDFromHex(v[3:35]) // lower case only, not all zeros
	if err != nil {
		return trace.SpanContext{}, false
	}
	spanID, err := trace.SpanIDFromHex(v[36:52])
	if err != nil {
		return trace.SpanContext{}, false
	}
	flags, err := hex.DecodeString(v[53:])
	if err != nil {
		return trace.SpanContext{}, false
	}
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: traceID, SpanID: spanID, TraceFlags: trace.TraceFlags(flags[0]) & trace.FlagsSampled, Remote: true,
	}), true
}

func endSpan(x *exchange, method string) {
	if x.span.IsRecording() {
		x.span.SetName(x.routeName())
		x.span.SetAttributes(
			attribute.String("http.request.method", method),
			attribute.String("http.route", x.routeName()),
			attribute.Int("http.response.status_code", x.status),
		)
		if x.status >= http.StatusInternalServerError {
			x.span.SetStatus(codes.Error, "")
		}
	}
	x.span.End()
}
