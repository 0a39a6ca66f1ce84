package account

import (
	"errors"
	"net/http"
	"slices"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/users"
)

// mailbox is which of a person's two it is. It is stored.
type mailbox string

const (
	first  mailbox = ""
	second mailbox = "second" // a way back in when the first is lost
)

func (which mailbox) of(u storage.User) string {
	if which == second {
		return u.SecondEmail
	}
	return u.Email
}

// has reports whether there is nothing to change. The second address may become the first, not the
// other way round: a person is never without a first.
func (which mailbox) has(u storage.User, email string) bool {
	taken := []string{storage.EmailKey(u.Email)}
	if which == second {
		taken = append(taken, storage.EmailKey(u.SecondEmail))
	}
	return slices.Contains(taken, storage.EmailKey(email))
}

func (which mailbox) done() string {
	if which == second {
		return "second-set"
	}
	return "email-changed"
}

// addresses are those of u and one more, each once.
func addresses(u storage.User, more string) []string {
	all := u.Addresses()
	if slices.ContainsFunc(all, func(one string) bool { return storage.EmailKey(one) == storage.EmailKey(more) }) {
		return all
	}
	return append(all, more)
}

// secondSet notifies all addresses of a new second one; s is of before. Sessions that began by
// the one it replaces are ended.
func (a *emailPage) secondSet(r *http.Request, s *session.Session, c emailChange) error {
	var out error
	if c.Old != "" {
		out = a.endOtherSessions(r, s)
	}
	m := templates.SecondEmailMail(c.Old, c.New, a.circumstances(r, s), a.link("/account/profile"))
	return errors.Join(out,
		a.write(r.Context(), m, addresses(s.User, c.New)...),
	)
}

// removeSecond takes the second address away. The first one remains, so the user is not locked out.
func (a *emailPage) removeSecond(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	err := a.users.DropSecondEmail(r.Context(), audit.Account, s.UserID, s.User.SecondEmail)
	if errors.Is(err, storage.ErrNotFound) { // of two clicks the other did it
		return a.done(w, "profile", "second-removed")
	}
	if err != nil && !errors.Is(err, users.ErrUnrecorded) {
		return err
	}
	m := templates.SecondEmailMail(s.User.SecondEmail, "", a.circumstances(r, s), a.link("/account/profile"))
	err = errors.Join(err, a.endOtherSessions(r, s), a.write(r.Context(), m, s.User.Addresses()...))
	if err != nil {
		return err
	}
	return a.done(w, "profile", "second-removed")
}
