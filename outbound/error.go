package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
)

// Error says that there is no answer to work with. Its text is always the same, so that no one can
// find out by it what listens where.
type Error struct {
	Reason    string // for the log: a word of ours; no address, nothing that was received
	Temporary bool   // the same request may succeed later
	Err       error  // why it was not made at all; nil: it was made, or never may be
}

func (e *Error) Error() string { return "the address could not be fetched" }

func (e *Error) Unwrap() error { return e.Err }

func refused(reason string) *Error { return &Error{Reason: reason} }

// busy is for a request that is not made now because of err.
func busy(err error) *Error { return &Error{Reason: "busy", Temporary: true, Err: err} }

// reasonOf boils an error of the network down to what may be known of it.
func reasonOf(err error) *Error {
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return refused("certificate")
	}
	if timeout, ok := errors.AsType[net.Error](err); errors.Is(err, context.DeadlineExceeded) || ok && timeout.Timeout() {
		return &Error{Reason: "timeout", Temporary: true}
	}
	return &Error{Reason: "connection", Temporary: true}
}
