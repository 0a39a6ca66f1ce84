package passkey

import (
	"github.com/go-webauthn/webauthn/protocol"

	"github.com/symbolon-id/symbolon/storage"
)

// Judge verifies an answer by a key that was somehow stored, without any store.
func (rp *RelyingParty) Judge(credentialJSON string, cose []byte) error {
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(credentialJSON))
	if err != nil {
		return err
	}
	value, err := credential{PublicKey: cose}.encode()
	if err != nil {
		return err
	}
	p := storage.Passkey{CredentialID: parsed.RawID, Credential: value}
	return rp.verify(ceremony{}, parsed, p, storage.User{ID: string(parsed.Response.UserHandle)})
}

// Create judges an enrolment without any store.
func (rp *RelyingParty) Create(credentialJSON string, user storage.User) error {
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(credentialJSON))
	if err != nil {
		return err
	}
	made, err := rp.create(ceremony{UserID: user.ID}, parsed, user)
	if err == nil {
		_, err = credentialOf(made).encode()
	}
	return err
}
