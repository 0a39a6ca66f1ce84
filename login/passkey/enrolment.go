package passkey

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/symbolon-id/symbolon/legible"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

const passkeyPrefix = "pk_"

// Store keeps what was enrolled.
type Store interface {
	Passkeys(ctx context.Context, userID string) ([]storage.Passkey, error)
	// AddPasskey spends spend and keeps p in one transaction; storage.ErrSpent, or storage.ErrExists
	// when any account has the credential already, or storage.ErrFull when the user has
	// storage.MaxPasskeys.
	AddPasskey(ctx context.Context, p storage.Passkey, spend storage.Spent) error
}

// Enrolment adds passkeys to accounts. Whether the person may do so now, by a fresh and strong
// sign-in, is for the page that calls it to judge.
type Enrolment struct {
	RelyingParty *RelyingParty
	Store        Store
	Ephemeral    storage.Ephemeral
	Now          func() time.Time // nil: the system's clock

	// What only Enrol uses. Account is the absolute address, in the mail, of the person's account.
	Audit   Recorder
	Notices login.Notices
	Account string
}

// Options returns PublicKeyCredentialCreationOptionsJSON for one new passkey of user. Only browser,
// by its id, can finish what they begin, within five minutes.
func (e *Enrolment) Options(ctx context.Context, user storage.User, browser string) (string, error) {
	passkeys, err := e.Store.Passkeys(ctx, user.ID)
	if err != nil {
		return "", err
	}
	exclude, err := descriptors(passkeys)
	if err != nil {
		return "", err
	}
	c := ceremony{Kind: enrolling, UserID: user.ID, Verify: e.RelyingParty.policy.Verify}
	challenge, err := e.ceremonies().begin(ctx, c, browser)
	if err != nil {
		return "", err
	}
	options, err := json.Marshal(e.RelyingParty.creationOptions(user, challenge, exclude))
	if err != nil {
		return "", fmt.Errorf("encode creation options: %w", err)
	}
	return string(options), nil
}

func (rp *RelyingParty) creationOptions(user storage.User, challenge protocol.URLEncodedBase64, exclude []protocol.CredentialDescriptor) protocol.PublicKeyCredentialCreationOptions {
	o := owner{user: user}
	return protocol.PublicKeyCredentialCreationOptions{
		RelyingParty: protocol.RelyingPartyEntity{ID: rp.id, CredentialEntity: protocol.CredentialEntity{Name: rp.name}},
		User: protocol.UserEntity{
			ID: protocol.URLEncodedBase64(o.WebAuthnID()), DisplayName: o.WebAuthnDisplayName(),
			CredentialEntity: protocol.CredentialEntity{Name: o.WebAuthnName()},
		},
		Challenge: challenge, Parameters: rp.policy.parameters(), Timeout: int(life.Milliseconds()), CredentialExcludeList: exclude,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			AuthenticatorAttachment: protocol.AuthenticatorAttachment(rp.policy.Attachment),
			ResidentKey:             protocol.ResidentKeyRequirementRequired,
			RequireResidentKey:      protocol.ResidentKeyRequired(),
			UserVerification:        verification(rp.policy.Verify),
		},
		Attestation: protocol.PreferNoAttestation,
		Extensions:  protocol.AuthenticationExtensions{CredProps: true},
	}
}

// Finish enrols the passkey that the browser made and returns it. name may be empty: then it is
// called after its maker. A *web.Error says why a passkey was refused, in words for the person.
func (e *Enrolment) Finish(ctx context.Context, user storage.User, browser, credentialJSON, name string) (storage.Passkey, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(credentialJSON))
	if err != nil {
		return storage.Passkey{}, refused("invalid", err)
	}
	challenge := parsed.Response.CollectedClientData.Challenge
	c, err := e.ceremonies().find(ctx, challenge, browser)
	if errors.Is(err, storage.ErrNotFound) || (err == nil && (c.Kind != enrolling || c.UserID != user.ID)) {
		return storage.Passkey{}, expired(err)
	}
	if err != nil {
		return storage.Passkey{}, err
	}
	made, err := e.RelyingParty.create(c, parsed, user)
	if err != nil {
		e.ceremonies().void(ctx, challenge)
		return storage.Passkey{}, refused(reason(err), err)
	}
	return e.add(ctx, user, made, c.spend(challenge), name)
}

// create judges the answer to an enrolment by the policy as well: a browser may ignore the options.
func (rp *RelyingParty) create(c ceremony, parsed *protocol.ParsedCredentialCreationData, user storage.User) (*webauthn.Credential, error) {
	data := parsed.Response.CollectedClientData
	if !rp.fromOurPage(data) {
		return nil, errOrigin
	}
	if p := parsed.ClientExtensionResults.CredProps; p != nil && p.RK != nil && !*p.RK {
		return nil, errHidden
	}
	made, err := rp.library.CreateCredential(owner{user: user}, rp.session(c, data.Challenge), parsed)
	if err != nil {
		return nil, fmt.Errorf("verify attestation: %w", err)
	}
	return made, rp.policy.allows(credentialOf(made))
}

func (e *Enrolment) add(ctx context.Context, user storage.User, made *webauthn.Credential, spend storage.Spent, name string) (storage.Passkey, error) {
	kept := credentialOf(made)
	value, err := kept.encode()
	if err != nil {
		return storage.Passkey{}, err
	}
	p := storage.Passkey{
		ID: storage.NewID(passkeyPrefix), UserID: user.ID, CredentialID: made.ID, Credential: value,
		SignCount: made.Authenticator.SignCount, Synced: made.Flags.BackupState,
		Name: cmp.Or(trimmed(name), maker(kept.model())), CreatedAt: e.now(),
	}
	err = e.Store.AddPasskey(ctx, p, spend)
	e.ceremonies().void(ctx, spend.Value)
	switch {
	case errors.Is(err, storage.ErrExists):
		return storage.Passkey{}, refused("exists", err)
	case errors.Is(err, storage.ErrFull):
		return storage.Passkey{}, full(err)
	case errors.Is(err, storage.ErrSpent):
		return storage.Passkey{}, expired(err)
	case err != nil:
		return storage.Passkey{}, err
	}
	return p, nil
}

const maxName = 60 // characters of a passkey's name

// trimmed cuts a name to what lists have room for.
func trimmed(name string) string {
	name = strings.Join(strings.Fields(legible.Clean(strings.ToValidUTF8(name, ""))), " ")
	if utf8.RuneCountInString(name) > maxName {
		name = string([]rune(name)[:maxName])
	}
	return name
}

// refused is the same page whichever check failed. Code is for the audit log.
func refused(code string, cause error) error {
	return &web.Error{
		Status: http.StatusBadRequest, Code: "passkey_" + code, Title: "We couldn’t add this passkey",
		Message: "Your passkey wasn’t accepted. Nothing was changed. Try another device or password manager.", Err: cause,
	}
}

func full(cause error) error {
	return &web.Error{
		Status: http.StatusConflict, Code: "passkey_full", Title: "We couldn’t add this passkey",
		Message: "You have 30 passkeys, the most an account can have. Remove one you don’t use, then add another.", Err: cause,
	}
}

func expired(cause error) error {
	return &web.Error{
		Status: http.StatusBadRequest, Code: "passkey_expired", Title: "That took too long",
		Message: "Try adding the passkey again.", Err: cause,
	}
}

func (e *Enrolment) ceremonies() ceremonies { return keepIn(e.Ephemeral, e.now) }

func (e *Enrolment) now() time.Time {
	if e.Now == nil {
		return time.Now()
	}
	return e.Now()
}
