package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// PasskeyStore keeps passkeys. What is not the user's is storage.ErrNotFound.
type PasskeyStore interface {
	Passkeys(ctx context.Context, userID string) ([]storage.Passkey, error)
	RenamePasskey(ctx context.Context, userID, id, name string) error
	// DropPasskey returns storage.ErrLast when too little would be left.
	DropPasskey(ctx context.Context, userID, id string) error
}

// Passkeys enrols passkeys; browser is the id of the one that does.
type Passkeys interface {
	// Options begins to enrol one: PublicKeyCredentialCreationOptionsJSON.
	Options(ctx context.Context, user storage.User, browser string) (string, error)
	// Finish takes the browser's answer. With an empty name the passkey is called after its maker. A
	// *web.Error says to the person why it was refused.
	Finish(ctx context.Context, user storage.User, browser, credentialJSON, name string) (storage.Passkey, error)
	// SignalAll lists the passkeys that still work, SignalDetails what the user is called, for the
	// person's password manager.
	SignalAll(ctx context.Context, user storage.User) (templates.SignalAll, error)
	SignalDetails(user storage.User) templates.SignalDetails
}

const passkeyMethod = "passkey"

func (a *Area) mountPasskeys(mux *web.Mux) {
	mux.Page("GET "+a.Base+"/account/passkeys", a.known(a.passkeys))
	mux.Page("POST "+a.Base+"/account/passkeys/add", a.sure(audit.FactorAdded, a.addPasskey))
	mux.Page("POST "+a.Base+"/account/passkeys/rename", a.sure(audit.FactorRenamed, a.renamePasskey))
	mux.Page("POST "+a.Base+"/account/passkeys/remove", a.sure(audit.FactorRemoved, a.removePasskey))
}

func (a *Area) passkeys(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	return a.showPasskeys(w, r, s, http.StatusOK, "")
}

func (a *Area) showPasskeys(w http.ResponseWriter, r *http.Request, s *session.Session, status int, alert string) error {
	frame, err := a.guarded(r, s)
	if err != nil {
		return err
	}
	frame.Alert = alert
	all, err := a.Passkeys.SignalAll(r.Context(), s.User)
	if err != nil {
		return err
	}
	frame.Signals = []templates.Signal{all}
	p := templates.Passkeys{
		Frame: frame, Rename: a.Base + "/account/passkeys/rename", Remove: a.Base + "/account/passkeys/remove",
		Add: a.Base + "/account/passkeys/add",
	}
	if p.Passkeys, err = a.listPasskeys(r.Context(), s.UserID); err != nil {
		return err
	}
	if frame.ConfirmURL == "" {
		p.OptionsJSON, err = a.Passkeys.Options(r.Context(), s.User, a.Browser.Ensure(w, r))
		if err != nil {
			return err
		}
	}
	return a.Pages.Render(w, status, p)
}

func (a *Area) listPasskeys(ctx context.Context, userID string) ([]templates.Passkey, error) {
	f, err := a.Store.Factors(ctx, userID)
	if err != nil {
		return nil, err
	}
	kept, err := a.Store.Passkeys(ctx, userID)
	if err != nil {
		return nil, err
	}
	f.Passkeys--
	var all []templates.Passkey
	for _, p := range kept {
		all = append(all, templates.Passkey{
			ID: p.ID, Name: p.Name, Created: p.CreatedAt, LastUsed: p.LastUsedAt, Synced: p.Synced, Keeps: a.keeps(f),
		})
	}
	return all, nil
}

// keeps says why a factor stays that would leave no more than these.
func (a *Area) keeps(left storage.Factors) string {
	switch {
	case a.Keep.Allows(left):
		return ""
	case a.Keep == storage.KeepPasskey:
		return "It is your last way in. Add another passkey first."
	}
	return "A second factor is needed here. Add another one first."
}

func (a *Area) addPasskey(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	p, err := a.Passkeys.Finish(r.Context(), s.User, a.Browser.ID(r), posted(r, "credential"), posted(r, "name"))
	if refusal, ok := errors.AsType[*web.Error](err); ok && refusal.Status < http.StatusInternalServerError {
		e := audit.Event{Type: audit.FactorAdded, Outcome: audit.Refused, Reason: refusal.Code, UserID: s.UserID, Method: passkeyMethod}
		if err := a.Audit.Record(r.Context(), e); err != nil {
			return err
		}
		return a.showPasskeys(w, r, s, refusal.Status, refusal.Message)
	}
	if err != nil {
		return err
	}
	err = a.changed(r, s, audit.Event{Type: audit.FactorAdded, Method: passkeyMethod, Target: p.ID},
		templates.FactorAddedMail(passkeyNamed(p), a.circumstances(r, s), a.link("/account")))
	if err != nil {
		return err
	}
	return a.added(w, r, s, "passkeys", "passkey-added")
}

func passkeyNamed(p storage.Passkey) string { return fmt.Sprintf("the passkey “%s”", p.Name) }

// ownPasskey finds the passkey that was posted among the person's own.
func (a *Area) ownPasskey(r *http.Request, s *session.Session) (storage.Passkey, error) {
	all, err := a.Store.Passkeys(r.Context(), s.UserID)
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

func (a *Area) renamePasskey(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	p, err := a.ownPasskey(r, s)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(posted(r, "name"))
	if name == "" || utf8.RuneCountInString(name) > maxPasskeyName || !printable(name) {
		return a.showPasskeys(w, r, s, http.StatusBadRequest, "A name has 1 to 64 characters that can be seen.")
	}
	if err := a.Store.RenamePasskey(r.Context(), s.UserID, p.ID, name); err != nil {
		return err
	}
	if err := a.did(r, s, audit.Event{Type: audit.FactorRenamed, Method: passkeyMethod, Target: p.ID}); err != nil {
		return err
	}
	return a.done(w, "passkeys", "passkey-renamed")
}

func (a *Area) removePasskey(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	p, err := a.ownPasskey(r, s)
	if err != nil {
		return err
	}
	err = a.Store.DropPasskey(r.Context(), s.UserID, p.ID)
	if errors.Is(err, storage.ErrLast) {
		return a.last(w, r, s, passkeyMethod, p.ID, a.showPasskeys)
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
