package main

import (
	"context"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/passkey"
)

// buildPasskeys goes without them where browsers make none: an issuer that is an address, or plain
// http away from localhost.
func (n *node) buildPasskeys(_ context.Context, _ *dev) error {
	if n.config.SignIn.Off(login.PasskeyMethod) {
		return nil
	}
	rp, err := n.config.RelyingParty()
	if n.config.GoesWithout(err) {
		n.log.Info("no passkeys here", "why", err.Error())
		return nil
	}
	n.passkeys = rp
	return err
}

// passkeyMethod signs in with passkeys, and offers one to who signed in by mail.
func (n *node) passkeyMethod() *passkey.Method {
	m := &passkey.Method{RelyingParty: n.passkeys, Passkeys: n.db, Ephemeral: n.ephemeral, Enrolment: n.enrolment()}
	if !n.config.SignIn.Off(login.RecoveryMethod) {
		m.Codes = n.codes()
	}
	return m
}

// enrolment adds passkeys to accounts.
func (n *node) enrolment() *passkey.Enrolment {
	return &passkey.Enrolment{
		RelyingParty: n.passkeys, Store: n.db, Ephemeral: n.ephemeral,
		Audit: n.audit, Notices: notices{n.queue, n.pages}, Account: n.config.Issuer + "/account",
	}
}
