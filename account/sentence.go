package account

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
)

// sentence is an event in plain words, "" when it is not worth any.
func (t teller) sentence(e audit.Event) string {
	if e.Outcome == audit.Refused {
		return t.refusal(e)
	}
	switch e.Type {
	case audit.SignIn:
		return "Signed in" + by(e.Method) + "."
	case audit.SignOut:
		return signOut(e)
	case audit.FactorAdded:
		return "Added " + factor(e.Method) + "."
	case audit.FactorRemoved:
		return "Removed " + factor(e.Method) + "."
	case audit.FactorRenamed:
		return "Renamed " + factor(e.Method) + "."
	case audit.ConsentGiven:
		return fmt.Sprintf("Allowed %s to use the account.", t.app(e))
	case audit.ConsentWithdrawn:
		return fmt.Sprintf("Ended the access of %s.", t.app(e))
	}
	return sentences()[e.Type]
}

// told are the types of event that have a sentence: most others are tokens being issued, which nobody
// wants to read.
func told() []string {
	types := []string{
		audit.SignIn, audit.SignOut, audit.FactorAdded, audit.FactorRemoved, audit.FactorRenamed, audit.ConsentGiven, audit.ConsentWithdrawn,
		audit.ConsentDenied, audit.SessionMismatch, audit.CodeReplayed, audit.RefreshReused,
	}
	return slices.Sorted(slices.Values(slices.AppendSeq(types, maps.Keys(sentences()))))
}

// sentences are those that say the same every time.
func sentences() map[string]string {
	return map[string]string{
		audit.RecoveryUsed:       "Used a recovery code.",
		audit.RecoveryRenewed:    "Made new recovery codes.",
		audit.RecoveryLinkMade:   "The people who run this service made a link to recover the account.",
		audit.RecoveryLinkVoided: "The people who run this service took a recovery link back.",
		audit.EmailAsked:         "Asked to use another address.",
		audit.EmailChanged:       "Changed the address.",
		audit.SecondEmailSet:     "Added a second address.",
		audit.SecondEmailRemoved: "Removed the second address.",
		audit.ProfileChanged:     "Changed the profile.",
		audit.Disowned:           "Said that something here was somebody else.",
		audit.UserExported:       "Downloaded everything we keep about the account.",
		audit.SessionMoved:       "Went on from another network.",
		audit.UserCreated:        "The account was made.",
		audit.UserDisabled:       "The people who run this service switched the account off.",
		audit.UserEnabled:        "The people who run this service switched the account on.",
	}
}

func (t teller) refusal(e audit.Event) string {
	switch {
	case e.Reason == "step_up":
		return "A change was asked for without confirming who it was."
	case e.Type == audit.SignIn:
		return "Somebody tried to sign in" + by(e.Method) + "."
	case e.Type == audit.FactorAdded:
		return "Somebody tried to add " + factor(e.Method) + "."
	case e.Type == audit.FactorRemoved:
		return "Kept the last way in, " + factor(e.Method) + "."
	case e.Type == audit.ConsentDenied:
		return fmt.Sprintf("Did not allow %s to use the account.", t.app(e))
	case e.Type == audit.EmailChanged:
		return "Somebody typed a wrong code for another address."
	case e.Type == audit.SessionMismatch:
		return "A session was used with another browser than its own, and was ended."
	case e.Type == audit.CodeReplayed, e.Type == audit.RefreshReused:
		return fmt.Sprintf("A copy of what %s was given was used, and its access was ended.", t.app(e))
	}
	return ""
}

func signOut(e audit.Event) string {
	switch {
	case e.Method != via:
		return "Signed out."
	case e.Target == "others":
		return "Signed out every other browser."
	}
	return "Signed out one browser."
}

func (t teller) app(e audit.Event) string { return cmp.Or(t.apps[e.ClientID], "an app") }

// by says how; of several methods each.
func by(methods string) string {
	var ways []string
	for _, m := range strings.FieldsFunc(methods, func(c rune) bool { return c == '+' || c == ' ' || c == ',' }) {
		if way := factor(m); way != "" {
			ways = append(ways, way)
		}
	}
	if len(ways) == 0 {
		return ""
	}
	return " with " + strings.Join(ways, " and ")
}

func factor(method string) string {
	switch method {
	case "mail":
		return "a mail"
	case passkeyMethod:
		return "a passkey"
	case appMethod:
		return "an authenticator app"
	case "recovery":
		return "a recovery code"
	case session.OperatorAMR:
		return "a link from the people who run this service"
	case "dev":
		return "a click"
	}
	return "a way to sign in"
}
