package session

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/symbolon-id/symbolon/web"
)

// Binding is how firmly a session is tied to the browser and the network it began in.
type Binding int

// From the default to the firmest, and none.
const (
	BindBrowser Binding = iota // in another browser it ends; of another network Options.Moved learns
	BindNetwork                // in another network it ends, too
	BindNothing
)

// fits reports whether r comes from where found began. What does not was stolen, as far as can be
// known: the session ends for everyone who holds its cookie.
func (s *Sessions) fits(r *http.Request, found *Session) (bool, error) {
	if s.options.Bind == BindNothing {
		return true, nil
	}
	network, moved := movedTo(r.Context(), found)
	if s.otherBrowser(r, found) || moved && s.options.Bind == BindNetwork {
		return false, s.endStolen(r.Context(), found)
	}
	if moved && s.moves.first(found.ID, network) && s.options.Moved != nil {
		s.options.Moved(r.Context(), found)
	}
	return true, nil
}

// otherBrowser compares families ("Firefox" of "Firefox on Android"): to ask for the desktop's version
// of a page changes the system a phone claims to have, and updates change versions.
func (s *Sessions) otherBrowser(r *http.Request, found *Session) bool {
	if s.options.Browser == nil || found.UserAgent == "" {
		return false
	}
	return family(s.options.Browser(r.UserAgent())) != family(found.UserAgent)
}

func family(browser string) string {
	name, _, _ := strings.Cut(browser, " on ")
	return name
}

// unknown is web.Network's of an address that is not known: to come from there is no move.
const unknown = "unknown"

func movedTo(ctx context.Context, found *Session) (network string, moved bool) {
	network = web.Network(web.ClientIP(ctx))
	return network, network != found.Network && network != unknown && found.Network != unknown && found.Network != ""
}

// endStolen ends the session even if the client that brought the cookie hangs up. An error must not be taken
// for signed out: the session would live on.
func (s *Sessions) endStolen(ctx context.Context, found *Session) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), touchTime)
	defer cancel()
	if err := s.store.EndSession(ctx, found.ID, s.options.Now()); err != nil {
		return fmt.Errorf("end stolen session: %w", err)
	}
	s.moves.forget(found.ID)
	if s.options.Stolen != nil {
		s.options.Stolen(ctx, found)
	}
	return nil
}
