package login

import (
	"slices"

	"github.com/symbolon-id/symbolon/storage"
)

// Kind is what sort of proof a method gives. The policy knows kinds, not methods: a new method says
// which of these it is, and how much that is worth is settled already.
type Kind string

// The kinds of proof. A proof of no kind signs nobody in.
const (
	Unproven    Kind = "unproven"     // a name was chosen
	Mailbox     Kind = "mailbox"      // the account's mail was read
	Key         Kind = "key"          // a private key was used
	VerifiedKey Kind = "verified key" // a private key was used, after its device had verified the person
	Code        Kind = "code"         // an authenticator app's code or a recovery code: only ever a second factor
	Operator    Kind = "operator"     // whoever runs the service vouches for who lost everything: nothing more is asked
)

// combination is a row of the policy: what proofs are worth together.
type combination struct {
	kinds []Kind
	level Level
}

// combinations is the policy as docs/sign-in-policy.md shows it. The best row whose kinds were all
// proven counts. Mail stands in no row with anything but a code: it never is a second factor.
func combinations() []combination {
	return []combination{
		{[]Kind{Unproven}, LevelDev},
		{[]Kind{Mailbox}, LevelMail},
		{[]Kind{Key}, LevelPasskey},
		{[]Kind{Mailbox, Code}, LevelMFA},
		{[]Kind{Key, Code}, LevelMFA},
		{[]Kind{VerifiedKey}, LevelPHR},
		{[]Kind{Operator}, LevelMail},
	}
}

// Reached is the level that proofs of these kinds reach together, in whatever order.
func Reached(kinds ...Kind) Level {
	best := LevelNone
	for _, row := range combinations() {
		if row.level > best && containsAll(kinds, row.kinds) {
			best = row.level
		}
	}
	return best
}

// kindsOf is what must have been proven in a session of this level.
func kindsOf(l Level) []Kind {
	for _, row := range combinations() {
		if row.level == l {
			return row.kinds
		}
	}
	return nil
}

func containsAll(kinds, wanted []Kind) bool {
	return !slices.ContainsFunc(wanted, func(k Kind) bool { return !slices.Contains(kinds, k) })
}

// Policy is what a deployment asks for beyond the rules that always hold. Which methods there are it
// says by Flow.Methods.
type Policy struct {
	// SecondFactorRequired: two factors for every app, and whoever has no second one is led to
	// enrol one.
	SecondFactorRequired bool
	// MailOffForPasskeyUsers: reading mail alone no longer signs in who has a passkey.
	MailOffForPasskeyUsers bool
}

// demand is what must be proven.
type demand struct {
	level  Level
	second bool // a code, or a verified key
}

func (d demand) metBy(kinds []Kind) bool {
	if slices.Contains(kinds, Operator) {
		return true
	}
	reached := Reached(kinds...)
	second := slices.Contains(kinds, Code) || slices.Contains(kinds, VerifiedKey)
	return reached > LevelNone && reached >= d.level && (second || !d.second)
}

// signingIn is what a sign-in of somebody who enrolled these takes. An enrolled app is always asked
// for, whatever the deployment's policy or the client says.
func (policy Policy) signingIn(asked []string, enrolled storage.Factors, best Level) demand {
	d := demand{level: policy.signedIn(asked, enrolled, best), second: enrolled.TOTP}
	if policy.MailOffForPasskeyUsers && enrolled.Passkeys > 0 {
		d.level = max(d.level, LevelPasskey)
	}
	return d
}

// signedIn is the level that a session must have for a request. What nobody can reach is not asked
// for: the client is told the truth instead.
func (policy Policy) signedIn(asked []string, enrolled storage.Factors, best Level) Level {
	level := wanted(asked, best)
	if policy.SecondFactorRequired && enrolled.Any() {
		level = max(level, min(LevelMFA, best))
	}
	return level
}

// wanted is the level of the first of acr_values, which are in order of preference, that is within
// reach (OpenID Connect Core section 3.1.2.1). Unknown values are nobody's.
func wanted(acrValues []string, best Level) Level {
	for _, acr := range acrValues {
		if l := LevelOf(acr); l > LevelNone && l <= best {
			return l
		}
	}
	return LevelNone
}
