package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/i18n"
)

// Error is a refusal in two layers: what the caller may read, and the cause, which only the log sees.
type Error struct {
	Status     int           // 400 to 599
	Code       string        // of RFC 6749 where it has one, else short and stable
	Title      i18n.Text     // what happened, in a few words
	Message    i18n.Text     // a sentence for a person, the error_description for a program
	Hint       string        // what differs, for the developer; shown only in dev mode
	RetryAfter time.Duration // 0: not said
	Err        error         // the cause; never shown

	// WayText and WayURL are the way forward on a page; empty: the one that can help with any error.
	WayText i18n.Text
	WayURL  string
}

func (e *Error) Error() string {
	text := cmp.Or(e.Message.String(), e.Title.String(), http.StatusText(e.Status))
	if e.Err != nil {
		return text + ": " + e.Err.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// StatusCode is the HTTP status the error is answered with.
func (e *Error) StatusCode() int { return e.Status }

// ErrorFrom returns what to answer for err, complete with texts. An *Error in the chain of err is
// taken as it is; an error with a StatusCode method, such as storage's, gives its status; an
// expired or cancelled context is 503; anything else is 500 and says nothing.
func ErrorFrom(err error) *Error {
	e := Error{Status: statusOf(err), Err: err}
	if known, ok := errors.AsType[*Error](err); ok {
		e = *known
	}
	if e.Status < 400 || e.Status > 599 {
		e.Status = http.StatusInternalServerError
	}
	code, title, message := texts(e.Status)
	e.Code = cmp.Or(e.Code, code)
	e.Title = cmp.Or(e.Title, title)
	e.Message = cmp.Or(e.Message, message)
	if e.Status == http.StatusServiceUnavailable {
		e.RetryAfter = cmp.Or(e.RetryAfter, time.Second)
	}
	return &e
}

func statusOf(err error) int {
	if coded, ok := errors.AsType[interface {
		error
		StatusCode() int
	}](err); ok {
		return coded.StatusCode()
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func texts(status int) (code string, title, message i18n.Text) {
	switch status {
	case http.StatusUnauthorized:
		return "invalid_token", "Not signed in", "Sign in and try again."
	case http.StatusForbidden:
		return "access_denied", "Not allowed", "You do not have permission to do that."
	case http.StatusNotFound:
		return "not_found", "Page not found", "There is nothing at this address."
	case http.StatusMethodNotAllowed:
		return "invalid_request", "Not possible here", "This address does not support that kind of request."
	case http.StatusRequestTimeout:
		return "invalid_request", "Request timed out", "The request took too long. Try again."
	case http.StatusConflict:
		return "conflict", "Already exists", "Something with this name already exists."
	case http.StatusGone:
		return "expired", "No longer valid", "This was already used or has expired. Start again."
	case http.StatusRequestEntityTooLarge:
		return "invalid_request", "Request too large", "The request is larger than this server allows."
	case http.StatusRequestURITooLong:
		return "invalid_request", "Address too long", "The address is longer than this server allows."
	case http.StatusTooManyRequests:
		return "temporarily_unavailable", "Too many attempts", "Wait a moment, then try again."
	case http.StatusServiceUnavailable:
		return "temporarily_unavailable", "Temporarily unavailable", "The service is not available right now. Try again in a moment."
	}
	if status >= http.StatusInternalServerError {
		return "server_error", "Something went wrong", "The problem is on our side. Try again in a moment."
	}
	return "invalid_request", "Invalid request", "The request is not valid."
}

func crossSite(cause error) error {
	return &Error{
		Status: http.StatusForbidden, Code: "cross_site", Title: "Blocked for your safety",
		Message: "Another site sent this request on your behalf, so we blocked it. Nothing was changed.", Err: cause,
	}
}
