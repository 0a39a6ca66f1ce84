package account

import (
	"context"
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
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
	// Enrol takes the browser's answer, records what came of it and notifies the person by mail. With an
	// empty name the passkey is called after its maker. A *web.Error below 500 says to the person why
	// it was refused.
	Enrol(r *http.Request, user storage.User, browser, credentialJSON, name string) (storage.Passkey, error)
	// Signals is what the person's password manager should know: which passkeys still work, and what
	// the account is called.
	Signals(ctx context.Context, user storage.User) ([]templates.Signal, error)
}

const passkeyMethod = "passkey"

// passkeysPage adds, renames and removes passkeys.
type passkeysPage struct {
	*frame
	store interface {
		PasskeyStore
		Factors(ctx context.Context, userID string) (storage.Factors, error)
	}
	others *othersPage
	codes  *codesPage
}

func (a *passkeysPage) mount(mux *web.Mux) {
	mux.Page("GET /account/passkeys", a.known(a.show))
	mux.Page("POST /account/passkeys/add", a.sure(audit.FactorAdded, a.add))
	mux.Page("POST /account/passkeys/rename", a.sure(audit.FactorRenamed, a.rename))
	mux.Page("POST /account/passkeys/remove", a.sure(audit.FactorRemoved, a.remove))
}

func (a *passkeysPage) show(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	return a.render(w, r, s, http.StatusOK, "")
}

func (a *passkeysPage) render(w http.ResponseWriter, r *http.Request, s *session.Session, status int, alert i18n.Text) error {
	frame, err := a.guarded(r, s)
	if err != nil {
		return err
	}
	frame.Alert = alert
	if frame.Signals, err = a.passkeys.Signals(r.Context(), s.User); err != nil {
		return err
	}
	p := templates.Passkeys{
		Frame: frame, Rename: a.Path("/account/passkeys/rename"), Remove: a.Path("/account/passkeys/remove"),
		Add: a.Path("/account/passkeys/add"),
	}
	if p.Passkeys, err = a.list(r.Context(), s.UserID); err != nil {
		return err
	}
	if frame.ConfirmURL == "" && len(p.Passkeys) < storage.MaxPasskeys {
		p.OptionsJSON, err = a.passkeys.Options(r.Context(), s.User, a.browser.Ensure(w, r))
		if err != nil {
			return err
		}
	}
	return a.pages.Render(w, status, p)
}

// signals are for the person's password manager; none where there are no passkeys.
func (a *frame) signals(ctx context.Context, s *session.Session) ([]templates.Signal, error) {
	if a.passkeys == nil {
		return nil, nil
	}
	return a.passkeys.Signals(ctx, s.User)
}

func (a *passkeysPage) list(ctx context.Context, userID string) ([]templates.Passkey, error) {
	f, err := a.store.Factors(ctx, userID)
	if err != nil {
		return nil, err
	}
	kept, err := a.store.Passkeys(ctx, userID)
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

// keeps returns why a factor cannot be removed if only these would remain.
func (a *frame) keeps(left storage.Factors) i18n.Text {
	switch {
	case a.keep.Allows(left):
		return ""
	case a.keep == storage.KeepPasskey:
		return "This is your only way in. Add another passkey first."
	}
	return "You need two steps to sign in here. Add another method first."
}
