package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/passkey"
)

// Passkeys is what a deployment asks of them.
type Passkeys struct {
	Verification string // preferred or required
	Attachment   string // any, platform or cross-platform
	Algorithms   []string
	Models       []string // AAGUIDs
}

func (p Passkeys) check() error {
	if p.Verification != "preferred" && p.Verification != "required" {
		return errors.New("passkeys.user_verification must be preferred or required")
	}
	if !slices.Contains([]string{"any", "platform", "cross-platform"}, p.Attachment) {
		return errors.New("passkeys.attachment must be any, platform or cross-platform")
	}
	known := passkey.Algorithms()
	if len(p.Algorithms) == 0 || slices.ContainsFunc(p.Algorithms, func(a string) bool { return !slices.Contains(known, a) }) {
		return fmt.Errorf("passkeys.algorithms must be some of %s", strings.Join(known, ", "))
	}
	return nil
}

func (p Passkeys) policy() passkey.Policy {
	attachment := p.Attachment
	if attachment == "any" {
		attachment = ""
	}
	return passkey.Policy{Verify: p.Verification == "required", Attachment: attachment, Algorithms: p.Algorithms, AAGUIDs: p.Models}
}

// buildPasskeys goes without them where browsers make none: an issuer that is an address, or plain
// http away from localhost.
func (n *node) buildPasskeys(_ context.Context, _ *dev) error {
	if n.config.SignIn.off(login.PasskeyMethod) {
		return nil
	}
	rp, err := n.config.relyingParty()
	if n.config.goesWithout(err) {
		n.log.Info("no passkeys here", "why", err.Error())
		return nil
	}
	n.passkeys = rp
	return err
}

func (c Config) relyingParty() (*passkey.RelyingParty, error) {
	return passkey.NewRelyingParty(passkey.Options{
		Issuer: c.Issuer, Name: c.Branding.Name, RelatedOrigins: c.RelatedOrigins, Policy: c.Passkeys.policy(),
	})
}

func (c Config) goesWithout(err error) bool {
	return errors.Is(err, passkey.ErrNoPasskeys) && !c.SignIn.off(login.MailMethod)
}

func (c Config) checkRelyingParty() error {
	if c.SignIn.off(login.PasskeyMethod) || checkIssuer(c.Issuer) != nil {
		return nil
	}
	if _, err := c.relyingParty(); !c.goesWithout(err) {
		return err
	}
	return nil
}

// passkeyMethod signs in with passkeys, and offers one to who signed in by mail.
func (n *node) passkeyMethod() *passkey.Method {
	m := &passkey.Method{RelyingParty: n.passkeys, Passkeys: n.db, Ephemeral: n.ephemeral, Enrolment: n.enrolment()}
	if !n.config.SignIn.off(login.RecoveryMethod) {
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
