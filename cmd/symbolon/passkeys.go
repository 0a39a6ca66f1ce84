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
		Issuer: n.config.Issuer, Name: n.config.Branding.Name, RelatedOrigins: splitList(n.config.RelatedOrigins),
	})
	if errors.Is(err, passkey.ErrNoPasskeys) {
		n.log.Info("no passkeys here", "why", err.Error())
		return nil
	}
	n.passkeys = rp
	return err
}
