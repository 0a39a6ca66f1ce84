package provider

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/symbolon-id/symbolon/storage"
)

// Error is what a client is told: an error of RFC 6749 section 5.2 or of an extension. Description
// is our own text, never the user's bytes.
type Error struct {
	Status      int
	Name        string // "invalid_grant"
	Description string
	Say         string // to a person, on our page, in their language; empty: a sentence for the status
	Back        string // where the client gets its answer; set for unvouched clients only
	Cause       error  // for the log only

	hint      func() string // what differs, for developers; nil: there is no more to say
	app, home string        // the client's name and site, to lead back to
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Name + ": " + e.Cause.Error()
	}
	return e.Name + ": " + e.Description
}

func (e *Error) Unwrap() error { return e.Cause }

// StatusCode makes a page answer with the same status.
func (e *Error) StatusCode() int { return e.Status }

func refuse(name, description string) *Error {
	status := http.StatusBadRequest
	if name == "invalid_client" {
		status = http.StatusUnauthorized
	}
	return &Error{Status: status, Name: name, Description: description}
}

func refusef(name, format string, args ...any) *Error {
	return refuse(name, fmt.Sprintf(format, args...))
}

// turnAway refuses a person: the sentence is shown on our page, so it is in every catalogue of package
// templates, whose tests look for calls of turnAway and saying.
func turnAway(name, sentence string) *Error { return refuse(name, sentence).saying(sentence) }

func (e *Error) saying(sentence string) *Error {
	e.Say = sentence
	return e
}

// backTo leads from our page to the site of a client that an operator answers for; no other client makes
// our page link anywhere.
func (e *Error) backTo(c storage.Client) *Error {
	if !c.SelfRegistered() || c.Approved {
		e.app, e.home = c.Name, c.ClientURI
	}
	return e
}

func (e *Error) because(cause error) *Error {
	e.Cause = cause
	return e
}

// page is the error for a person: whatever its name, an HTML page answers 400.
func (e *Error) page() *Error {
	e.Status = http.StatusBadRequest
	return e
}

// asError is the one table from errors to what a client is told.
func asError(err error) *Error {
	var ours *Error
	if errors.As(err, &ours) {
		return ours
	}
	if limited := tooMany(err, "Too many requests; try again later."); limited != nil {
		return limited
	}
	if errors.Is(err, storage.ErrUnavailable) {
		return &Error{Status: http.StatusServiceUnavailable, Name: "temporarily_unavailable", Description: "The server is temporarily unavailable; try the same request again.", Cause: err}
	}
	return &Error{Status: http.StatusInternalServerError, Name: "server_error", Description: "The server encountered an unexpected error.", Cause: err}
}

var descriptions = map[string]string{
	"invalid_request":            "The request is malformed: a parameter is missing, repeated or not valid.",
	"invalid_client":             "Client authentication failed.",
	"invalid_grant":              "The code or refresh token is invalid, expired, already used or was issued to another client.",
	"invalid_scope":              "A requested scope is unknown or not allowed.",
	"unauthorized_client":        "This client is not allowed to use this grant type.",
	"unsupported_grant_type":     "This grant type is not supported.",
	"unsupported_response_type":  "The only supported response type is code.",
	"unsupported_response_mode":  "This response mode is not supported.",
	"request_not_supported":      "Request objects must be signed.",
	"invalid_request_object":     "The request object was rejected.",
	"request_uri_not_supported":  "Only a request_uri from pushed authorization requests is supported.",
	"invalid_request_uri":        "The request_uri is unknown, expired or already used.",
	"registration_not_supported": "The registration parameter is not supported.",
}

// writeError answers an API call with e (RFC 6749 section 5.2). Programs get the standard's words and
// nothing else, in dev mode too: people read hints on a page, or where the server runs.
func (re *renderer) writeError(w http.ResponseWriter, r *http.Request, e *Error) error {
	re.hints.of(r, e)
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if e.Status == http.StatusServiceUnavailable || e.Status == http.StatusTooManyRequests {
		h.Set("Retry-After", retryAfter(e))
	}
	if _, _, basic := r.BasicAuth(); e.Name == "invalid_client" && (basic || r.Header.Get("Authorization") != "") {
		h.Set("WWW-Authenticate", `Basic realm="symbolon", charset="UTF-8"`)
	}
	body, _ := json.Marshal(map[string]string{"error": e.Name, "error_description": e.Description})
	w.WriteHeader(e.Status)
	_, _ = w.Write(body)
	if e.Status >= http.StatusInternalServerError {
		logError(r, e)
	}
	return nil
}

// writeJSON answers with v, never cached.
func writeJSON(w http.ResponseWriter, v any) error { return writeJSONStatus(w, http.StatusOK, v) }

func writeJSONStatus(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode response: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
	return nil
}
