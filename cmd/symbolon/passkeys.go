package main

import (
	"context"
	"errors"

	"github.com/symbolon-id/symbolon/login/passkey"
)

// buildPasskeys goes without them where browsers make none: an issuer that is an address, or plain
// http away from localhost.
func (n *node) buildPasskeys(_ context.Context, _ *dev) error {
	rp, err := passkey.NewRelyingParty(passkey.Options{
		Issuer: n.config.Issuer, Name: n.config.Branding.Name, RelatedOrigins: n.config.RelatedOrigins,
	})
	if errors.Is(err, passkey.ErrNoPasskeys) {
		n.log.Info("no passkeys here", "why", err.Error())
		return nil
	}
	n.passkeys = rp
	return err
}

// passkeyMethod signs in with passkeys, and offers one to who signed in by mail.
func (n *node) passkeyMethod() *passkey.Method {
	return &passkey.Method{RelyingParty: n.passkeys, Passkeys: n.db, Ephemeral: n.ephemeral, Enrolment: n.enrolment(), Codes: n.codes()}
}

// enrolment adds passkeys to accounts.
func (n *node) enrolment() *passkey.Enrolment {
	return &passkey.Enrolment{
		RelyingParty: n.passkeys, Store: n.db, Ephemeral: n.ephemeral,
		Audit: n.audit, Notices: notices{n.queue, n.pages}, Account: n.config.Issuer + "/account",
	}
}
