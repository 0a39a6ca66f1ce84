package account

import (
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/legible"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

func (a *passkeysPage) add(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	_, err := a.passkeys.Enrol(r, s.User, a.browser.ID(r), posted(r, "credential"), posted(r, "name"))
	if refusal, ok := errors.AsType[*web.Error](err); ok && refusal.Status < http.StatusInternalServerError {
		return a.render(w, r, s, refusal.Status, refusal.Message)
	}
	if err != nil {
		return err
	}
	next, err := a.others.afterPasskey(r, s)
	if err != nil {
		return err
	}
	return a.codes.added(w, r, s, next, "passkey-added")
}

func passkeyNamed(p storage.Passkey) i18n.Text { return i18n.Say("the passkey “{name}”", p.Name) }

// own finds the passkey that was posted among the person's own.
func (a *passkeysPage) own(r *http.Request, s *session.Session) (storage.Passkey, error) {
	all, err := a.store.Passkeys(r.Context(), s.UserID)
	if err != nil {
		return storage.Passkey{}, err
	}
	id := posted(r, "passkey")
	for _, p := range all {
		if p.ID == id {
			return p, nil
		}
	}
	return storage.Passkey{}, fmt.Errorf("find passkey: %w", storage.ErrNotFound)
}

const maxPasskeyName = 64 // characters

func (a *passkeysPage) rename(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	p, err := a.own(r, s)
	if err != nil {
		return err
	}
	name, ok := legible.Line(posted(r, "name"))
	if name == "" || utf8.RuneCountInString(name) > maxPasskeyName || !ok {
		return a.render(w, r, s, http.StatusBadRequest, "Enter a name of 1 to 64 visible characters.")
	}
	if err := a.store.RenamePasskey(r.Context(), s.UserID, p.ID, name); err != nil {
		return err
	}
	if err := a.did(r, s, audit.Event{Type: audit.FactorRenamed, Method: passkeyMethod, Target: p.ID}); err != nil {
		return err
	}
	return a.done(w, "passkeys", "passkey-renamed")
}

func (a *passkeysPage) remove(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	p, err := a.own(r, s)
	if err != nil {
		return err
	}
	err = a.store.DropPasskey(r.Context(), s.UserID, p.ID)
	if errors.Is(err, storage.ErrLast) {
		return a.last(w, r, s, passkeyMethod, p.ID, a.render)
	}
	if err != nil {
		return err
	}
	err = a.removed(r, s, passkeyMethod, p.ID, passkeyNamed(p))
	if err != nil {
		return err
	}
	return a.done(w, "passkeys", "passkey-removed")
}
