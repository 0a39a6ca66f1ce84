package oauth

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

const (
	formType     = "application/x-www-form-urlencoded"
	maxBody      = 64 << 10
	maxAuthorize = 32 << 10 // query and body together
)

// ReadForm decodes the body of a request to an endpoint that clients call directly. It refuses
// everything in the URL: queries are logged and must carry no credential (RFC 6749 section 2.3.1).
// fosite finds the same values in r.PostForm.
func ReadForm(r *http.Request) (Params, *Error) {
	if r.URL.RawQuery != "" && InQuery(r) {
		return nil, Refuse("invalid_request", "Parameters must be sent in the body, not in the URL.")
	}
	body, fault := readBody(r, maxBody)
	if fault != nil {
		return nil, fault
	}
	d := newDecoder()
	d.decode(body)
	form, fault := d.done()
	if fault != nil {
		return nil, fault
	}
	r.PostForm = url.Values(form)
	r.Form = r.PostForm
	return form, nil
}

// ReadAuthorize decodes an authorization request from the query and, with POST, the body. Along
// with a fault it still returns the parameters that are beyond doubt: without a client_id or
// redirect_uri among them the answer is a page, with both it goes to the client.
func ReadAuthorize(r *http.Request) (Params, *Error) {
	body := ""
	if r.Method == http.MethodPost {
		var fault *Error
		if body, fault = readBody(r, maxAuthorize); fault != nil {
			return Params{}, fault
		}
	}
	if len(r.URL.RawQuery)+len(body) > maxAuthorize {
		return Params{}, TooLarge()
	}
	d := newDecoder()
	d.decode(r.URL.RawQuery)
	d.decode(body)
	return d.done()
}

// readBody returns a form's body as it came, of at most limit bytes.
func readBody(r *http.Request, limit int64) (string, *Error) {
	if !IsForm(r.Header) {
		return "", Refuse("invalid_request", "The body must be "+formType+".")
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return "", &Error{Status: http.StatusUnsupportedMediaType, Name: "invalid_request", Description: "The request body must not be compressed."}
	}
	if r.ContentLength > limit {
		return "", TooLarge()
	}
	var body bytes.Buffer
	body.Grow(int(max(r.ContentLength, 0)) + bytes.MinRead)
	n, err := body.ReadFrom(io.LimitReader(r.Body, limit+1))
	var cut *http.MaxBytesError
	if n > limit || errors.As(err, &cut) {
		return "", TooLarge()
	}
	if err != nil {
		return "", Refuse("invalid_request", "The request body could not be read.").WithCause(err)
	}
	return body.String(), nil
}

// TooLarge refuses a request of too many bytes.
func TooLarge() *Error {
	return &Error{Status: http.StatusRequestEntityTooLarge, Name: "invalid_request", Description: "The request is too large."}
}

// IsForm accepts one content type, in the one charset that form encoding has.
func IsForm(h http.Header) bool {
	types := h["Content-Type"]
	if len(types) != 1 {
		return false
	}
	if types[0] == formType {
		return true
	}
	name, parameters, err := mime.ParseMediaType(types[0])
	if err != nil || name != formType || len(parameters) > 1 {
		return false
	}
	charset, given := parameters["charset"]
	return len(parameters) == 0 || (given && strings.EqualFold(charset, "utf-8"))
}
