package oauth

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/storage"
)

// Unauthenticated refuses a client that did not authenticate.
func Unauthenticated() *Error { return Refuse("invalid_client", Descriptions["invalid_client"]) }

// Error is what a client receives: an error of RFC 6749 section 5.2 or of an extension. Description
// is our own text, never the user's bytes.
type Error struct {
	Status      int
	Name        string // "invalid_grant"
	Description string
	Message     i18n.Text // to a person, on our page, in their language; empty: a sentence for the status
	ReturnTo    string    // where the client gets its answer; set for unvouched clients only
	Cause       error     // for the log only

	Hint      func() string // what differs, for developers; nil: there is no more to say
	App, Home string        // the client's name and site, to lead back to
}

// Error returns the name and the cause, for the log.
func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Name + ": " + e.Cause.Error()
	}
	return e.Name + ": " + e.Description
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// StatusCode makes a page answer with the same status.
func (e *Error) StatusCode() int { return e.Status }

// Refuse returns the error of this name, with its status and a description for the client.
func Refuse(name, description string) *Error {
	status := http.StatusBadRequest
	if name == "invalid_client" {
		status = http.StatusUnauthorized
	}
	return &Error{Status: status, Name: name, Description: description}
}

func refusef(name, format string, args ...any) *Error {
	return Refuse(name, fmt.Sprintf(format, args...))
}

// RefuseUser refuses a person: the sentence is shown on our page, so it is in every catalogue of package
// templates, whose tests look for constants of type i18n.Text.
func RefuseUser(name string, sentence i18n.Text) *Error {
	return Refuse(name, sentence.String()).WithMessage(sentence)
}

// WithMessage adds what a page says to the user.
func (e *Error) WithMessage(sentence i18n.Text) *Error {
	e.Message = sentence
	return e
}

// WithHome leads from our page to the site of a client that an operator answers for; no other client makes
// our page link anywhere.
func (e *Error) WithHome(c storage.Client) *Error {
	if !c.SelfRegistered() || c.Approved {
		e.App, e.Home = c.Name, c.ClientURI
	}
	return e
}

// WithCause adds the cause, for the log only.
func (e *Error) WithCause(cause error) *Error {
	e.Cause = cause
	return e
}

// ForPage returns the error for a person: whatever its name, an HTML page answers 400.
func (e *Error) ForPage() *Error {
	e.Status = http.StatusBadRequest
	return e
}

// AsError returns what a client receives for err: the one table of that.
func AsError(err error) *Error {
	var ours *Error
	if errors.As(err, &ours) {
		return ours
	}
	if limited := TooMany(err, "Too many requests; try again later."); limited != nil {
		return limited
	}
	if errors.Is(err, storage.ErrUnavailable) {
		return &Error{Status: http.StatusServiceUnavailable, Name: "temporarily_unavailable", Description: "The server is temporarily unavailable; try the same request again.", Cause: err}
	}
	return &Error{Status: http.StatusInternalServerError, Name: "server_error", Description: "The server encountered an unexpected error.", Cause: err}
}

// Descriptions are the texts for clients, by the name of the error.
var Descriptions = map[string]string{
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

// InvalidGrant refuses a code or refresh token.
func InvalidGrant() *Error { return Refuse("invalid_grant", Descriptions["invalid_grant"]) }
