package web

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"time"
)

// WriteJSON answers with v as JSON. Nothing is written when v cannot be encoded.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	content, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(content)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return nil
}

type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

// WriteOAuthError answers a program as RFC 6749 section 5.2 says, with the code and the message of e.
func WriteOAuthError(w http.ResponseWriter, e *Error) error {
	w.Header().Set("Cache-Control", "no-store")
	RetryAfter(w, e.RetryAfter)
	return WriteJSON(w, e.Status, oauthError{e.Code, e.Message.String()})
}

// prepareRefusal takes back what a handler said about an answer that is not given, and adds what
// every refusal says.
func (x *exchange) prepareRefusal() {
	h := x.Header()
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding", "Etag", "Last-Modified", "Location"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	RetryAfter(x, x.fault.RetryAfter)
}

// RetryAfter says in the header when to come back, in seconds, rounded up: coming back early would
// only be refused again. Of no time at all it says nothing.
func RetryAfter(w http.ResponseWriter, wait time.Duration) {
	if wait > 0 {
		seconds := (wait + time.Second - 1) / time.Second
		w.Header().Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
}

// bareErrorPage is the error page of a Mux without one.
func bareErrorPage(w http.ResponseWriter, r *http.Request, e *Error) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(e.Status)
	fmt.Fprintf(w, "<!doctype html><html lang=en><title>%[1]s</title><h1>%[1]s</h1><p>%[2]s</p><p>%[3]s %[4]s</p></html>\n",
		html.EscapeString(e.Title.String()), html.EscapeString(e.Message.String()), html.EscapeString(e.Code), TraceID(r.Context()))
}
