package provider

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// A refusal has a hint of what differs: what was sent, and what is registered. It is put into words in
// dev mode only. Elsewhere it would tell strangers which clients there are and how they are set up.
//
// What a hint captures lives on the heap. One about a client or a grant is made in a function of its own,
// which only a refusal calls: requests that succeed pay nothing for it.

func (e *Error) withHint(hint string) *Error {
	return e.withHintFunc(func() string { return hint })
}

func (e *Error) withHintFunc(hint func() string) *Error {
	e.hint = hint
	return e
}

// hints says whether refusals are explained: in dev mode.
type hints bool

// of returns the hint of e, and puts it into the record of the request; "" outside of dev mode.
func (on hints) of(r *http.Request, e *Error) string {
	if !on || e.hint == nil {
		return ""
	}
	hint := e.hint()
	if hint != "" {
		web.Annotate(r.Context(), slog.String("differs", hint))
	}
	return hint
}

// update is the command that changes what is registered. A flag that may be repeated names everything
// that is to be registered, not only what is new.
func update(c storage.Client, flag string) string { return command(c, "update") + " " + flag + " …" }

func command(c storage.Client, verb string) string {
	if c.Kind == storage.KindAgent {
		return "symbolon agent " + verb + " " + c.ID
	}
	return "symbolon client " + verb + " " + c.ID
}

// toRegister ends a hint with the command that would register what was sent.
func toRegister(c storage.Client, flag string) string {
	return "; to register others: " + update(c, flag)
}

// unregisteredGrant refuses a grant type that the client is not registered for.
func unregisteredGrant(grantType string, c storage.Client) *Error {
	return refuse("unauthorized_client", descriptions["unauthorized_client"]).withHintFunc(func() string {
		return "requested " + grantType + ", registered " + strings.Join(c.GrantTypes, " ") + toRegister(c, "--grant-type")
	})
}

// foreign refuses a code or token that another client got.
func foreign(what, owner, caller string) *Error {
	return invalidGrant().withHintFunc(func() string {
		return fmt.Sprintf("the %s was issued to client %s, not to %s", what, owner, caller)
	})
}
