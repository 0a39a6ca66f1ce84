package login

import (
	"slices"

	"github.com/symbolon-id/symbolon/storage"
)

// Kind is what sort of proof a method gives. The policy knows kinds, not methods: a new method says
// which of these it is, and how much that is worth is settled already.
type Kind string

// The kinds of proof. A proof of no kind is no sign-in.
const (
	Unproven    Kind = "unproven"     // a name was chosen
	Mailbox     Kind = "mailbox"      // the account's mail was read
	Key         Kind = "key"          // a private key was used
	VerifiedKey Kind = "verified key" // a private key was used, after its device had verified the user
	Code        Kind = "code"         // an authenticator app's code or a recovery code: only ever a second factor
	Operator    Kind = "operator"     // the operator vouches for a user who lost everything: nothing more is asked
)

// combination is a row of the policy: what proofs are worth together.
type combination struct {
	kinds []Kind
	level Level
}

// combinations returns the policy as docs/sign-in-policy.md shows it. The best row whose kinds were all
// proven counts. Mail is in no row with anything but a code: it never is a second factor.
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

// Reached returns the level that proofs of these kinds reach together, in whatever order.
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

// helpedBy reports whether one more proof, of what is enrolled, meets d.
func (d demand) helpedBy(enrolled storage.Factors, kinds []Kind) bool {
	code := (enrolled.TOTP || enrolled.RecoveryCodes > 0) && d.metBy(with(kinds, Code))
	key := enrolled.Passkeys > 0 && d.metBy(with(kinds, VerifiedKey))
	return code || key
}

func with(kinds []Kind, k Kind) []Kind { return append(slices.Clip(kinds), k) }
