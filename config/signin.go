package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

// SignIn is how people sign in to a deployment, and what it demands of them.
type SignIn struct {
	Methods                                      []string // of switchable
	SecondFactorRequired, MailOffForPasskeyUsers bool
}

// switchable are the methods that a deployment may go without. The operator's links always work.
func switchable() []string {
	return []string{login.MailMethod, login.PasskeyMethod, login.TOTPMethod, login.RecoveryMethod}
}

func (s SignIn) check() error {
	unknown := func(m string) bool { return !slices.Contains(switchable(), m) }
	switch {
	case slices.ContainsFunc(s.Methods, unknown):
		return fmt.Errorf("sign_in.methods must be some of %s", strings.Join(switchable(), ", "))
	case s.Off(login.MailMethod) && s.Off(login.PasskeyMethod):
		return errors.New("sign_in.methods must include mail or passkey; otherwise no one can sign in")
	case s.SecondFactorRequired && s.Off(login.PasskeyMethod) && s.Off(login.TOTPMethod):
		return errors.New("sign_in.second_factor_required requires passkey or totp in sign_in.methods; otherwise no one can set up a second factor")
	}
	return nil
}

// Off reports whether the method was left out.
func (s SignIn) Off(method string) bool {
	return slices.Contains(switchable(), method) && !slices.Contains(s.Methods, method)
}

// Policy returns what signing in must prove.
func (s SignIn) Policy() login.Policy {
	return login.Policy{SecondFactorRequired: s.SecondFactorRequired, MailOffForPasskeyUsers: s.MailOffForPasskeyUsers}
}

// Keep returns the factor that users may not remove the last of.
func (s SignIn) Keep() storage.Keep {
	switch {
	case s.Off(login.MailMethod):
		return storage.KeepPasskey
	case s.SecondFactorRequired:
		return storage.KeepFactor
	}
	return storage.KeepNothing
}
