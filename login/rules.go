package login

import (
	"slices"

	"github.com/symbolon-id/symbolon/storage"
)

// Policy is what a deployment asks for beyond the rules that always hold. Which methods there are it
// says by Options.Methods.
type Policy struct {
	// SecondFactorRequired: two factors for every app; a user without a second one is led to enrol
	// one.
	SecondFactorRequired bool
	// MailOffForPasskeyUsers: reading mail alone no longer signs in users who have a passkey.
	MailOffForPasskeyUsers bool
}

// rules decides by the policy and by the methods there are. It asks no store.
type rules struct {
	policy  Policy
	methods []Method
}

func (r rules) has(method string) bool {
	return slices.ContainsFunc(r.methods, func(m Method) bool { return m.Name() == method })
}

// usable is what counts of what a user has enrolled. A method that was switched off cannot be asked for.
func (r rules) usable(enrolled storage.Factors) storage.Factors {
	if !r.has(PasskeyMethod) {
		enrolled.Passkeys = 0
	}
	if !r.has(TOTPMethod) {
		enrolled.TOTP = false
	}
	if !r.has(RecoveryMethod) {
		enrolled.RecoveryCodes = 0
	}
	return enrolled
}

// best is the level that a user who enrolled these can reach here. Recovery codes are for when
// something is lost: they are taken, and never asked for.
func (r rules) best(enrolled storage.Factors) Level {
	var kinds []Kind
	if r.has(MailMethod) {
		kinds = append(kinds, Mailbox)
	}
	if enrolled.Passkeys > 0 {
		kinds = append(kinds, Key, VerifiedKey)
	}
	if enrolled.TOTP {
		kinds = append(kinds, Code)
	}
	return Reached(kinds...)
}

// signingIn is what a sign-in of a user who enrolled these takes. An enrolled app is always asked
// for, whatever the deployment's policy or the client says.
func (r rules) signingIn(asked []string, enrolled storage.Factors) demand {
	d := demand{level: r.signedIn(asked, enrolled), second: enrolled.TOTP}
	if r.policy.MailOffForPasskeyUsers && enrolled.Passkeys > 0 {
		d.level = max(d.level, LevelPasskey)
	}
	return d
}

// signedIn is the level that a session must have for a request. What is out of reach is not asked
// for: the client learns the truth instead.
func (r rules) signedIn(asked []string, enrolled storage.Factors) Level {
	best := r.best(enrolled)
	level := wanted(asked, best)
	if r.policy.SecondFactorRequired && enrolled.Any() {
		level = max(level, min(LevelMFA, best))
	}
	return level
}

// suffices reports whether a session of this level does for any request with these acr_values,
// whatever its user has enrolled.
func (r rules) suffices(have Level, asked []string) bool {
	return have == LevelPHR || !r.policy.SecondFactorRequired && wanted(asked, LevelPHR) <= have
}

// mustEnrol reports whether the user has to enrol a second factor first.
func (r rules) mustEnrol(enrolled storage.Factors) bool {
	return r.policy.SecondFactorRequired && !enrolled.Any()
}

// confirming is the level to confirm with: of two factors users may choose which, or one who lost the
// strongest could never remove it.
func (r rules) confirming(enrolled storage.Factors) Level {
	if r.best(enrolled) < LevelMFA {
		return LevelNone
	}
	return LevelMFA
}

// wanted is the level of the first of acr_values, which are in order of preference, that is within
// reach (OpenID Connect Core section 3.1.2.1). Unknown values count for nothing.
func wanted(acrValues []string, best Level) Level {
	for _, acr := range acrValues {
		if l := LevelOf(acr); l > LevelNone && l <= best {
			return l
		}
	}
	return LevelNone
}
