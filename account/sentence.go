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
		return fmt.Sprintf("Gave %s access to your account.", t.app(e))
	case audit.ConsentWithdrawn:
		return fmt.Sprintf("Removed access for %s.", t.app(e))
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
		audit.RecoveryRenewed:    "Created new recovery codes.",
		audit.RecoveryLinkMade:   "An administrator created a recovery link for your account.",
		audit.RecoveryLinkVoided: "An administrator canceled a recovery link.",
		audit.EmailAsked:         "Asked to change the email address.",
		audit.EmailChanged:       "Changed the email address.",
		audit.SecondEmailSet:     "Added a backup email.",
		audit.SecondEmailRemoved: "Removed the backup email.",
		audit.ProfileChanged:     "Changed the profile.",
		audit.Disowned:           "Reported activity you didn’t recognize.",
		audit.UserExported:       "Downloaded everything we store about you.",
		audit.SessionMoved:       "Continued from a different network.",
		audit.UserCreated:        "Account created.",
		audit.UserDisabled:       "An administrator turned off your account.",
		audit.UserEnabled:        "An administrator turned on your account.",
	}
}

func (t teller) refusal(e audit.Event) string {
	switch {
	case e.Reason == "step_up":
		return "A change was blocked because it needed a fresh sign-in."
	case e.Type == audit.SignIn:
		return "Someone tried to sign in" + by(e.Method) + "."
	case e.Type == audit.FactorAdded:
		return "Someone tried to add " + factor(e.Method) + "."
	case e.Type == audit.FactorRemoved:
		return "Tried to remove " + factor(e.Method) + ", the only way to sign in."
	case e.Type == audit.ConsentDenied:
		return fmt.Sprintf("Denied %s access to your account.", t.app(e))
	case e.Type == audit.EmailChanged:
		return "Someone entered a wrong code to change the email address."
	case e.Type == audit.SessionMismatch:
		return "A session was used from a different browser, so we signed it out."
	case e.Type == audit.CodeReplayed, e.Type == audit.RefreshReused:
		return fmt.Sprintf("A one-time credential for %s was used twice, so we removed its access.", t.app(e))
	}
	return ""
}

func signOut(e audit.Event) string {
	switch {
	case e.Method != via:
		return "Signed out."
	case e.Target == "others":
		return "Signed out all other browsers."
	}
	return "Signed out another browser."
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
		return "an email"
	case passkeyMethod:
		return "a passkey"
	case appMethod:
		return "an authenticator app"
	case "recovery":
		return "a recovery code"
	case session.OperatorAMR:
		return "a link from an administrator"
	case "dev":
		return "a click"
	}
	return "a sign-in method"
}
