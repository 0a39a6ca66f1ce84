package web

import (
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// MaxBody is the largest request body in bytes.
const MaxBody = 64 << 10

const formType = "application/x-www-form-urlencoded"

// answerForm is answerBounded for what a browser sends when it submits a form.
func (m *Mux) answerForm(h Handler, w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && !isForm(r) {
		return malformed("The request must be a URL-encoded form.")
	}
	return m.answerBounded(h, w, r)
}

// answerBounded reads the body, then lets h work on it as one of a bounded number. In this order:
// a slow sender takes no one's place.
func (m *Mux) answerBounded(h Handler, w http.ResponseWriter, r *http.Request) error {
	x := w.(*exchange)
	if err := readBody(x, r); err != nil {
		return err
	}
	if err := x.place.take(m.gate); err != nil {
		return err
	}
	defer x.place.end()
	return h(w, r)
}

func isForm(r *http.Request) bool {
	header := r.Header.Get("Content-Type")
	if header == formType {
		return true
	}
	media, _, err := mime.ParseMediaType(header)
	return err == nil && media == formType
}

// readBody replaces r.Body by what it held, so that size, time and framing are judged here and not
// by every handler.
func readBody(x *exchange, r *http.Request) error {
	for _, coding := range r.Header["Content-Encoding"] {
		if !strings.EqualFold(coding, "identity") && coding != "" {
			return &Error{Status: http.StatusUnsupportedMediaType, Message: "The request body must not be compressed."}
		}
	}
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if r.ContentLength > MaxBody {
		return tooLarge(x, nil)
	}
	content, err := readAll(x, r)
	if err != nil {
		return unreadable(x, err)
	}
	x.body.Reset(content)
	r.Body = &x.body
	return nil
}

// readAll trusts a declared length only as far as it is small: memory follows what has arrived.
func readAll(x *exchange, r *http.Request) ([]byte, error) {
	if r.ContentLength >= 0 && r.ContentLength <= 4<<10 {
		content := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, content)
		return content, err
	}
	return io.ReadAll(http.MaxBytesReader(x.ResponseWriter, r.Body, MaxBody))
}

// maxDiscard is what net/http reads on of a body for a connection that stays open.
const maxDiscard = 256 << 10

// discardFor is how long a refusal waits for the body of its request.
const discardFor = time.Second

// discardBody reads what a handler left of the body of a connection that ends after this answer, as net/http
// does for one that stays open. Closing on unread bytes resets the connection, and a proxy that is answered
// while it still sends may give the answer up; either way it would be lost. A client that announces a body
// and sends none is not waited for.
func discardBody(w http.ResponseWriter, r *http.Request) {
	if !r.Close || r.Header.Get("Expect") != "" {
		return
	}
	if http.NewResponseController(w).SetReadDeadline(time.Now().Add(discardFor)) == nil {
		_, _ = io.CopyN(io.Discard, r.Body, maxDiscard)
	}
}

func unreadable(x *exchange, err error) error {
	x.Header().Set("Connection", "close")
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(x, err)
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return &Error{Status: http.StatusRequestTimeout, Err: err}
	}
	return &Error{Status: http.StatusBadRequest, Message: "The request body could not be read.", Err: err}
}

// tooLarge also ends the connection: reading on to the next request is what the limit prevents.
func tooLarge(x *exchange, err error) error {
	x.Header().Set("Connection", "close")
	return &Error{Status: http.StatusRequestEntityTooLarge, Err: err}
}

// SixDigits takes the spaces out of a code that was typed or pasted. Other scripts' digits are
// refused: one code has one spelling.
func SixDigits(typed string) (code string, ok bool) {
	code = strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return -1
		}
		return c
	}, typed)
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return "", false
	}
	return code, true
}
