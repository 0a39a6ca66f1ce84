package server

import (
	"context"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/storage/durable"
)

// buildPasskeys goes without them where browsers make none: an issuer that is an address, or plain
// http away from localhost.
func (i *issuer) buildPasskeys(_ context.Context, _ *durable.DB) error {
	if i.config.SignIn.Off(login.PasskeyMethod) {
		return nil
	}
	rp, err := i.config.RelyingParty()
	if i.config.GoesWithout(err) {
		i.log.Info("no passkeys here", "why", err.Error())
		return nil
	}
	i.passkeys = rp
	return err
}

// passkeyMethod signs in with passkeys, and offers one to who signed in by mail.
func (i *issuer) passkeyMethod() *passkey.Method {
	m := &passkey.Method{RelyingParty: i.passkeys, Passkeys: i.db, Ephemeral: i.ephemeral, Enrolment: i.enrolment()}
	if !i.config.SignIn.Off(login.RecoveryMethod) {
		m.Codes = i.codes()
	}
	return m
}

// enrolment adds passkeys to accounts.
func (i *issuer) enrolment() *passkey.Enrolment {
	return &passkey.Enrolment{
		RelyingParty: i.passkeys, Store: i.db, Ephemeral: i.ephemeral,
		Audit: i.audit, Notices: i.notices, Account: i.site.URL("/account"),
	}
}
