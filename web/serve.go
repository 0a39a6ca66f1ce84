package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

var _ http.Handler = (*Mux)(nil)

// ServeHTTP answers one request and logs one record of it.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x, r := m.begin(w, r)
	defer m.finish(x, r)
	if err := m.dispatch(x, r); err != nil {
		m.refuse(x, r, err)
	}
	if x.status == 0 {
		x.status = http.StatusOK // the handler wrote nothing; net/http answers 200
	}
}

func (m *Mux) begin(w http.ResponseWriter, r *http.Request) (*exchange, *http.Request) {
	x := &exchange{ResponseWriter: w, started: time.Now(), ip: m.clientIP(r), handshake: m.shakenHands(r)}
	x.attrs = x.room[:recordAttrs]
	ctx := m.startTrace(x, r)
	w.Header()["X-Trace-Id"] = x.trace[:]
	if len(r.TransferEncoding) > 0 {
		// RFC 9112 section 6.1: what follows a chunked body that also had a Content-Length may be
		// smuggled. The library drops the length before we see it, so no chunked request shares its
		// connection with a later one.
		w.Header().Set("Connection", "close")
	}
	return x, r.WithContext(context.WithValue(ctx, exchangeKey{}, x))
}

func (m *Mux) dispatch(x *exchange, r *http.Request) (err error) {
	defer recoverPanic(&err)
	if err := wellFormed(r); err != nil {
		return err
	}
	if m.foreign(r) {
		return &Error{Status: http.StatusMisdirectedRequest, Message: "This server does not answer to this host name."}
	}
	m.routes.ServeHTTP(x, r)
	if x.route == nil {
		return m.unmatched(x, r)
	}
	return x.err
}

// unmatched is the error for what ServeMux answered by itself: 405 stays, everything else, its helpful
// redirects included, is 404. A script of another origin learns so too: without an answer to its
// preflight it could not distinguish this from an outage.
func (m *Mux) unmatched(x *exchange, r *http.Request) error {
	switch {
	case x.muxStatus == http.StatusMethodNotAllowed:
		return &Error{Status: http.StatusMethodNotAllowed, Hint: "this address takes " + x.Header().Get("Allow")}
	case r.Method == http.MethodOptions && m.unmatchedRoute(r) == m.unmatchedAPI:
		x.Header().Del("Content-Type")
		m.take(x, r, m.unmatchedAPI)
		return (&endpoint{methods: []string{http.MethodGet, http.MethodHead, http.MethodOptions}}).answer(x, r)
	}
	return &Error{Status: http.StatusNotFound, Hint: "/.well-known/openid-configuration says where each endpoint is"}
}

// refuse answers with err in the manner of the route. When the answer has begun, cutting the
// connection is the only way left to say that it is not whole.
func (m *Mux) refuse(x *exchange, r *http.Request, err error) {
	x.fault = ErrorFrom(err)
	x.cause = err
	if !m.hints {
		x.fault.Hint = ""
	}
	if x.status != 0 {
		panic(http.ErrAbortHandler)
	}
	if x.route == nil {
		m.take(x, r, m.unmatchedRoute(r))
	}
	x.prepareRefusal()
	discardBody(x, r)
	if m.render(x, r) != nil && x.status == 0 {
		http.Error(x, x.fault.Title.String(), x.fault.Status)
	}
}

// unmatchedRoute returns the route for a path without one: programs look below /.well-known/, and read JSON.
func (m *Mux) unmatchedRoute(r *http.Request) *route {
	if strings.Contains(r.URL.Path, "/.well-known/") {
		return m.unmatchedAPI
	}
	return m.unmatchedPage
}

func (m *Mux) render(x *exchange, r *http.Request) (err error) {
	defer recoverPanic(&err)
	switch x.route.kind {
	case api:
		return WriteOAuthError(x, x.fault)
	case plain:
		http.Error(x, x.fault.Title.String(), x.fault.Status)
	default:
		m.errorPage(x, r, x.fault)
	}
	return nil
}

// panicked is a panic as an error: the value, and where.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// recoverPanic turns a panic into *err. http.ErrAbortHandler goes on: it is how a handler gives up a
// connection.
func recoverPanic(err *error) {
	v := recover()
	if v == nil {
		return
	}
	if cause, ok := v.(error); ok && errors.Is(cause, http.ErrAbortHandler) {
		panic(v)
	}
	*err = &panicked{value: v, stack: debug.Stack()}
}
