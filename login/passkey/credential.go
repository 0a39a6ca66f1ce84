package passkey

import (
	"encoding/json"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/symbolon-id/symbolon/storage"
)

// credential is what is kept in storage.Passkey.Credential, as JSON: a field may be added, never
// renamed.
type credential struct {
	PublicKey  []byte   `json:"public_key"` // COSE
	AAGUID     []byte   `json:"aaguid,omitempty"`
	Attachment string   `json:"attachment,omitempty"`
	Transports []string `json:"transports,omitempty"`
	CanSync    bool     `json:"can_sync"` // BE: never changes
}

func credentialOf(made *webauthn.Credential) credential {
	c := credential{
		PublicKey: made.PublicKey, AAGUID: made.Authenticator.AAGUID,
		Attachment: string(made.Authenticator.Attachment), CanSync: made.Flags.BackupEligible,
	}
	for _, t := range made.Transport {
		c.Transports = append(c.Transports, string(t))
	}
	return c
}

func (c credential) encode() ([]byte, error) {
	value, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode passkey: %w", err)
	}
	return value, nil
}

func decode(p storage.Passkey) (credential, error) {
	var c credential
	if err := json.Unmarshal(p.Credential, &c); err != nil {
		return c, fmt.Errorf("decode passkey: %w", err)
	}
	return c, nil
}

// descriptor names the passkey to a browser.
func descriptor(p storage.Passkey) (protocol.CredentialDescriptor, error) {
	c, err := decode(p)
	d := protocol.CredentialDescriptor{Type: protocol.PublicKeyCredentialType, CredentialID: p.CredentialID}
	for _, t := range c.Transports {
		d.Transport = append(d.Transport, protocol.AuthenticatorTransport(t))
	}
	return d, err
}

func descriptors(passkeys []storage.Passkey) ([]protocol.CredentialDescriptor, error) {
	var all []protocol.CredentialDescriptor
	for _, p := range passkeys {
		d, err := descriptor(p)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// owner is a user as the library wants to see one. The user handle is the id of the user: random,
// and it says nothing of the person.
type owner struct {
	user     storage.User
	passkeys []webauthn.Credential
}

var _ webauthn.User = owner{}

func (o owner) WebAuthnID() []byte                         { return []byte(o.user.ID) }
func (o owner) WebAuthnName() string                       { return o.user.Email }
func (o owner) WebAuthnDisplayName() string                { return displayName(o.user) }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.passkeys }

// withPasskey is the owner of p, which is all that the library needs to know of.
func withPasskey(user storage.User, p storage.Passkey, c credential) owner {
	return owner{user: user, passkeys: []webauthn.Credential{{
		ID: p.CredentialID, PublicKey: c.PublicKey,
		Flags:         webauthn.CredentialFlags{UserPresent: true, BackupEligible: c.CanSync, BackupState: p.Synced},
		Authenticator: webauthn.Authenticator{AAGUID: c.AAGUID, SignCount: p.SignCount},
	}}}
}

func displayName(user storage.User) string {
	if user.Name == "" {
		return user.Email
	}
	return user.Name
}
