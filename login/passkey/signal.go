package passkey

import (
	"context"
	"encoding/base64"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
)

// Signals returns what the password manager of user should know: which passkeys still work, and what the
// account is called. Only the user may see it.
func (e *Enrolment) Signals(ctx context.Context, user storage.User) ([]templates.Signal, error) {
	all, err := e.SignalAll(ctx, user)
	if err != nil {
		return nil, err
	}
	return []templates.Signal{all, e.SignalDetails(user)}, nil
}

// SignalAll lists the passkeys of user that still work, for browsers to forget the others (WebAuthn
// Level 3, signal methods). Only the user may see it.
func (e *Enrolment) SignalAll(ctx context.Context, user storage.User) (templates.SignalAll, error) {
	s := templates.SignalAll{RPID: e.RelyingParty.id, UserID: encoded([]byte(user.ID)), CredentialIDs: []string{}}
	passkeys, err := e.Store.Passkeys(ctx, user.ID)
	if err != nil {
		return s, err
	}
	for _, p := range passkeys {
		s.CredentialIDs = append(s.CredentialIDs, encoded(p.CredentialID))
	}
	return s, nil
}

// SignalDetails returns, for browsers, what user is called now.
func (e *Enrolment) SignalDetails(user storage.User) templates.SignalDetails {
	return templates.SignalDetails{
		RPID: e.RelyingParty.id, UserID: encoded([]byte(user.ID)), Name: user.Email, DisplayName: displayName(user),
	}
}

func encoded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
