// Package otelx stands in for the one symbol of github.com/ory/x/otelx that fosite uses.
package otelx

import "go.opentelemetry.io/otel/trace"

// End ends span, recording err when there is one.
func End(span trace.Span, err *error) {
	if err != nil && *err != nil {
		span.RecordError(*err)
	}
	span.End()
}
