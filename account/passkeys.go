package account

import (
	"context"
	"net/http"

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
	// Enrol takes the browser's answer, records what came of it and tells the person by mail. With an
	// empty name the passkey is called after its maker. A *web.Error below 500 says to the person why
	// it was refused.
	Enrol(r *http.Request, user storage.User, browser, credentialJSON, name string) (storage.Passkey, error)
	// Signals is what the person's password manager should know: which passkeys still work, and what
	// the account is called.
	Signals(ctx context.Context, user storage.User) ([]templates.Signal, error)
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
	if frame.Signals, err = a.Passkeys.Signals(r.Context(), s.User); err != nil {
		return err
	}
	p := templates.Passkeys{
		Frame: frame, Rename: a.Base + "/account/passkeys/rename", Remove: a.Base + "/account/passkeys/remove",
		Add: a.Base + "/account/passkeys/add",
	}
	if p.Passkeys, err = a.listPasskeys(r.Context(), s.UserID); err != nil {
		return err
	}
	if frame.ConfirmURL == "" && len(p.Passkeys) < storage.MaxPasskeys {
		p.OptionsJSON, err = a.Passkeys.Options(r.Context(), s.User, a.Browser.Ensure(w, r))
		if err != nil {
			return err
		}
	}
	return a.Pages.Render(w, status, p)
}

// signals are for the person's password manager; none where there are no passkeys.
func (a *Area) signals(ctx context.Context, s *session.Session) ([]templates.Signal, error) {
	if a.Passkeys == nil {
		return nil, nil
	}
	return a.Passkeys.Signals(ctx, s.User)
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
		return "This is your only way in. Add another passkey first."
	}
	return "You need two steps to sign in here. Add another method first."
}
