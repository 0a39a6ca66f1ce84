package passkey

import (
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/symbolon-id/symbolon/storage"
)

var (
	errOwner   = errors.New("passkey of another user")
	errOrigin  = errors.New("made on another page")
	errCounter = errors.New("counter did not grow")

	// errBackup exists because whether a passkey can be synced never changes (WebAuthn Level 3 section 6.1.3).
	errBackup = errors.New("backup eligibility changed")
	// errHidden exists because without an account's name the browser would not find it again.
	errHidden = errors.New("not discoverable")
)

// verify judges an answer by the passkey it names. It changes nothing.
func (rp *RelyingParty) verify(c ceremony, parsed *protocol.ParsedCredentialAssertionData, stored storage.Passkey, user storage.User) error {
	if c.UserID != "" && c.UserID != user.ID {
		return errOwner
	}
	if !rp.fromOurPage(parsed.Response.CollectedClientData) {
		return errOrigin
	}
	kept, err := decode(stored)
	if err != nil {
		return err
	}
	if err := rp.policy.allows(kept); err != nil {
		return err
	}
	if parsed.Response.AuthenticatorData.Flags.HasBackupEligible() != kept.CanSync {
		return errBackup
	}
	used, err := rp.validate(c, parsed, withPasskey(user, stored, kept))
	if err != nil {
		return fmt.Errorf("verify assertion: %w", err)
	}
	if used.Authenticator.CloneWarning { // WebAuthn Level 3 section 7.2 step 22: up to us
		return errCounter
	}
	return nil
}

// validate requires that the answer names a user who is not known yet (the user handle); for one who is
// known it may be left out, but not name another.
func (rp *RelyingParty) validate(c ceremony, parsed *protocol.ParsedCredentialAssertionData, o owner) (*webauthn.Credential, error) {
	session := rp.session(c, parsed.Response.CollectedClientData.Challenge)
	if c.UserID != "" {
		return rp.library.ValidateLogin(o, session, parsed)
	}
	_, used, err := rp.library.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return o, nil }, session, parsed)
	return used, err
}

// reason is the short and stable word for the audit log.
func reason(err error) string {
	for known, word := range map[error]string{
		errOwner: "other_user", errOrigin: "origin", errPolicy: "policy", errCounter: "counter",
		errBackup: "backup_eligible_changed", errHidden: "not_discoverable",
	} {
		if errors.Is(err, known) {
			return word
		}
	}
	return "invalid"
}
