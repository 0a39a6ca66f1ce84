// Package errorsx stands in for the few symbols of github.com/ory/x/errorsx that fosite uses.
package errorsx

import "github.com/pkg/errors"

// WithStack returns err unchanged: the server logs where an error surfaced, and a captured
// stack costs microseconds on every refused request.
func WithStack(err error) error { return err }

// The interfaces fosite's RFC6749Error satisfies.
type (
	StackTracer       interface{ StackTrace() errors.StackTrace }
	StatusCodeCarrier interface{ StatusCode() int }
	RequestIDCarrier  interface{ RequestID() string }
	ReasonCarrier     interface{ Reason() string }
	DebugCarrier      interface{ Debug() string }
	StatusCarrier     interface{ Status() string }
	DetailsCarrier    interface{ Details() map[string]interface{} }
	IDCarrier         interface{ ID() string }
)

// Cause returns the innermost cause of err.
func Cause(err error) error { return errors.Cause(err) }
