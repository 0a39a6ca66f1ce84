package login

import (
	"context"
	"slices"

	"github.com/symbolon-id/symbolon/storage"
)

// enrolled is what the user has enrolled of the methods there are here. A method that was switched
// off cannot be asked for.
func (f *Flow) enrolled(ctx context.Context, userID string) (storage.Factors, error) {
	if userID == "" { // signs up now
		return storage.Factors{}, nil
	}
	e, err := f.Users.Factors(ctx, userID)
	if err != nil {
		return storage.Factors{}, err
	}
	if !f.has(PasskeyMethod) {
		e.Passkeys = 0
	}
	if !f.has(TOTPMethod) {
		e.TOTP = false
	}
	if !f.has(RecoveryMethod) {
		e.RecoveryCodes = 0
	}
	return e, nil
}

func (f *Flow) has(method string) bool {
	return slices.ContainsFunc(f.Methods, func(m Method) bool { return m.Name() == method })
}

// best is the level that somebody who enrolled these can reach here. Recovery codes are for when
// something is lost: nobody is asked for one, they are only taken.
func (f *Flow) best(e storage.Factors) Level {
	var kinds []Kind
	if f.has(MailMethod) {
		kinds = append(kinds, Mailbox)
	}
	if e.Passkeys > 0 {
		kinds = append(kinds, Key, VerifiedKey)
	}
	if e.TOTP {
		kinds = append(kinds, Code)
	}
	return Reached(kinds...)
}

// helps tells whether one more proof, of what is enrolled, meets d.
func helps(d demand, kinds []Kind, e storage.Factors) bool {
	code := (e.TOTP || e.RecoveryCodes > 0) && d.metBy(with(kinds, Code))
	key := e.Passkeys > 0 && d.metBy(with(kinds, VerifiedKey))
	return code || key
}

func with(kinds []Kind, k Kind) []Kind { return append(slices.Clip(kinds), k) }
