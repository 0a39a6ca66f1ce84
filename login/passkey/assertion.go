package passkey

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
)

// maxCredentialID is that of WebAuthn Level 3 section 6.5.1, in bytes.
const maxCredentialID = 1023

// What people read. Which check failed is in the audit log, not here.
const (
	notAccepted = "That passkey wasn’t accepted. Try again or sign in another way."
	tooLate     = "That took too long. Try again."
	unknown     = "We don’t recognize this passkey. It may have been removed. Sign in another way."
)

// answer takes what the browser made of the challenge.
func (p pages) answer(w http.ResponseWriter, r *http.Request) error {
	handle := login.Posted(r, "request")
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(login.Posted(r, "credential")))
	if err != nil || len(parsed.RawID) > maxCredentialID {
		return p.again(w, r, login.Attempt{Handle: handle, Problem: notAccepted})
	}
	challenge := parsed.Response.CollectedClientData.Challenge
	c, err := p.ceremonies().find(r.Context(), challenge, p.flow.Requests.Browser.ID(r))
	if errors.Is(err, storage.ErrNotFound) || (err == nil && (c.Kind == enrolling || c.Handle != handle)) {
		return p.again(w, r, login.Attempt{Handle: handle, Problem: tooLate})
	}
	if err != nil {
		return err
	}
	return p.judge(w, r, c, parsed)
}

func (p pages) judge(w http.ResponseWriter, r *http.Request, c ceremony, parsed *protocol.ParsedCredentialAssertionData) error {
	challenge := parsed.Response.CollectedClientData.Challenge
	stored, user, err := p.find(r.Context(), parsed.RawID, string(parsed.Response.UserHandle))
	if errors.Is(err, storage.ErrNotFound) {
		p.ceremonies().void(r.Context(), challenge)
		return p.unknown(w, r, c, parsed.RawID)
	}
	if err != nil {
		return err
	}
	if err := p.RelyingParty.verify(c, parsed, stored, user); err != nil {
		p.ceremonies().void(r.Context(), challenge)
		return p.refuse(w, r, c, stored, err)
	}
	if err := p.flow.Complete(w, r, c.Handle, p.proof(c, parsed, stored, user)); err != nil {
		return err
	}
	p.ceremonies().void(r.Context(), challenge)
	return nil
}

// find returns the passkey of this credential id and its owner. A disabled owner hides it from
// look-ups by credential only; it goes on to be refused like everything of theirs, because a browser
// that learns of an unknown passkey deletes it.
func (p pages) find(ctx context.Context, credentialID []byte, userHandle string) (storage.Passkey, storage.User, error) {
	stored, user, err := p.Passkeys.PasskeyByCredential(ctx, credentialID)
	if !errors.Is(err, storage.ErrNotFound) || userHandle == "" {
		return stored, user, err
	}
	all, err := p.Passkeys.Passkeys(ctx, userHandle)
	if err != nil {
		return storage.Passkey{}, storage.User{}, err
	}
	for _, stored := range all {
		if bytes.Equal(stored.CredentialID, credentialID) {
			return stored, storage.User{ID: stored.UserID}, nil
		}
	}
	return storage.Passkey{}, storage.User{}, storage.ErrNotFound
}

// proof returns possession of a key, by a user who was there (RFC 8176). Whether the key is in hardware
// cannot be said without attestation. Verification is read from the flags that were signed: the
// library's credential claims it once and for all.
func (p pages) proof(c ceremony, parsed *protocol.ParsedCredentialAssertionData, stored storage.Passkey, user storage.User) login.Proof {
	data := parsed.Response.AuthenticatorData
	return login.Proof{
		Method: name, Kind: login.Key, UserID: user.ID, AMR: []string{"pop", "user"}, UserVerified: data.Flags.HasUserVerified(),
		Passkey: &storage.PasskeyUse{
			ID: stored.ID, SignCount: data.Counter, Synced: data.Flags.HasBackupState(), At: p.now(),
		},
		Spend: []storage.Spent{c.spend(parsed.Response.CollectedClientData.Challenge)},
	}
}

// unknown makes the browser stop offering the passkey.
func (p pages) unknown(w http.ResponseWriter, r *http.Request, c ceremony, credentialID []byte) error {
	if err := p.record(r.Context(), audit.Event{Reason: "unknown_passkey"}); err != nil {
		return err
	}
	return p.flow.Again(w, r, http.StatusNotFound, login.Attempt{
		Handle: c.Handle, Method: name, Problem: unknown,
		Signals: []templates.Signal{templates.SignalUnknown{
			RPID: p.RelyingParty.id, CredentialID: encoded(credentialID),
		}},
	})
}

func (p pages) refuse(w http.ResponseWriter, r *http.Request, c ceremony, stored storage.Passkey, cause error) error {
	if err := p.record(r.Context(), audit.Event{Reason: reason(cause), UserID: stored.UserID, Target: stored.ID}); err != nil {
		return err
	}
	return p.again(w, r, login.Attempt{Handle: c.Handle, Problem: notAccepted})
}

func (p pages) again(w http.ResponseWriter, r *http.Request, a login.Attempt) error {
	a.Method = name
	return p.flow.Again(w, r, http.StatusBadRequest, a)
}

func (p pages) record(ctx context.Context, e audit.Event) error {
	e.Type, e.Outcome, e.Method = audit.SignIn, audit.Refused, name
	return p.flow.Audit.Record(ctx, e)
}
