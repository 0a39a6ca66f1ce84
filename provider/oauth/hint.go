package oauth

import (
	"fmt"
	"log/slog"
	"net/http"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// A refusal has a hint of what differs: what was sent, and what is registered. It is put into words in
// dev mode only. Elsewhere it would show strangers which clients there are and how they are set up.
//
// What a hint captures lives on the heap. One about a client or a grant is made in a function of its own,
// which only a refusal calls: requests that succeed pay nothing for it.

// WithHint adds what differs, for developers.
func (e *Error) WithHint(hint string) *Error {
	return e.WithHintFunc(func() string { return hint })
}

// WithHintFunc is WithHint for what is costly to put into words.
func (e *Error) WithHintFunc(hint func() string) *Error {
	e.Hint = hint
	return e
}

// Hints says whether refusals are explained: in dev mode.
type Hints bool

// Of returns the hint of e, and puts it into the record of the request; "" outside of dev mode.
func (on Hints) Of(r *http.Request, e *Error) string {
	if !on || e.Hint == nil {
		return ""
	}
	hint := e.Hint()
	if hint != "" {
		web.Annotate(r.Context(), slog.String("differs", hint))
	}
	return hint
}

// update returns the command that changes what is registered. A flag that may be repeated names everything
// that is to be registered, not only what is new.
func update(c storage.Client, flag string) string { return Command(c, "update") + " " + flag + " …" }

// Command returns the command that does verb to the client.
func Command(c storage.Client, verb string) string {
	if c.Kind == storage.KindAgent {
		return "symbolon agent " + verb + " " + c.ID
	}
	return "symbolon client " + verb + " " + c.ID
}

// ToRegister ends a hint with the command that would register what was sent.
func ToRegister(c storage.Client, flag string) string {
	return "; to register others: " + update(c, flag)
}

// Foreign refuses a code or token that another client got.
func Foreign(what, owner, caller string) *Error {
	return InvalidGrant().WithHintFunc(func() string {
		return fmt.Sprintf("the %s was issued to client %s, not to %s", what, owner, caller)
	})
}
