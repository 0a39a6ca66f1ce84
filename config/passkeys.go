package config

import (
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

// RelyingParty returns what passkeys are made for, or passkey.ErrNoPasskeys where browsers make none.
func (c Config) RelyingParty() (*passkey.RelyingParty, error) {
	return passkey.NewRelyingParty(passkey.Options{
		Issuer: c.Issuer, Name: c.Branding.Name, RelatedOrigins: c.RelatedOrigins, Policy: c.Passkeys.policy(),
	})
}

// GoesWithout reports whether another way to sign in remains in spite of err of RelyingParty.
func (c Config) GoesWithout(err error) bool {
	return errors.Is(err, passkey.ErrNoPasskeys) && !c.SignIn.Off(login.MailMethod)
}

func (c Config) checkRelyingParty() error {
	if c.SignIn.Off(login.PasskeyMethod) || CheckIssuer(c.Issuer) != nil {
		return nil
	}
	if _, err := c.RelyingParty(); !c.GoesWithout(err) {
		return err
	}
	return nil
}
