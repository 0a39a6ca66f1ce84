package account

import (
	"maps"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/users"
)

// sentence is an event in plain words, "" when it is not worth any.
func (t narrator) sentence(e audit.Event) i18n.Text {
	if e.Outcome == audit.Refused {
		return t.refusal(e)
	}
	switch e.Type {
	case audit.SignIn:
		return by("Signed in with {way}.", "Signed in.", e.Method)
	case audit.SignOut:
		return signOut(e)
	case audit.FactorAdded:
		return i18n.Say("Added {way}.", factor(e.Method))
	case audit.FactorRemoved:
		return i18n.Say("Removed {way}.", factor(e.Method))
	case audit.FactorRenamed:
		return i18n.Say("Renamed {way}.", factor(e.Method))
	case audit.ConsentGiven:
		return i18n.Named("Gave {app} access to your account.", "Gave an app access to your account.", t.apps[e.ClientID])
	case audit.ConsentWithdrawn:
		return i18n.Named("Removed access for {app}.", "Removed access for an app.", t.apps[e.ClientID])
	}
	return sentences()[e.Type]
}

// shownTypes returns the types of event that have a sentence: most others are tokens being issued, which
// people do not want to read.
func shownTypes() []string {
	types := []string{
		audit.SignIn, audit.SignOut, audit.FactorAdded, audit.FactorRemoved, audit.FactorRenamed, audit.ConsentGiven, audit.ConsentWithdrawn,
		audit.ConsentDenied, audit.SessionMismatch, audit.CodeReplayed, audit.RefreshReused,
	}
	return slices.Sorted(slices.Values(slices.AppendSeq(types, maps.Keys(sentences()))))
}

// sentences are those that say the same every time.
func sentences() map[string]i18n.Text {
	return map[string]i18n.Text{
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

func (t narrator) refusal(e audit.Event) i18n.Text {
	switch {
	case e.Reason == "step_up":
		return "A change was blocked because it needed a fresh sign-in."
	case e.Reason == users.Overtaken:
		return "A change wasn’t made because something else changed at the same time."
	case e.Type == audit.SignIn:
		return by("Someone tried to sign in with {way}.", "Someone tried to sign in.", e.Method)
	case e.Type == audit.FactorAdded:
		return i18n.Say("Someone tried to add {way}.", factor(e.Method))
	case e.Type == audit.FactorRemoved:
		return i18n.Say("Tried to remove {way}, the only way to sign in.", factor(e.Method))
	case e.Type == audit.ConsentDenied:
		return i18n.Named("Denied {app} access to your account.", "Denied an app access to your account.", t.apps[e.ClientID])
	case e.Type == audit.EmailChanged:
		return "Someone entered a wrong code to change the email address."
	case e.Type == audit.SessionMismatch:
		return "A session was used from a different browser, so we signed it out."
	case e.Type == audit.CodeReplayed, e.Type == audit.RefreshReused:
		return i18n.Named("A one-time credential for {app} was used twice, so we removed its access.", "A one-time credential for an app was used twice, so we removed its access.", t.apps[e.ClientID])
	}
	return ""
}

func signOut(e audit.Event) i18n.Text {
	switch {
	case e.Method != via:
		return "Signed out."
	case e.Target == "others":
		return "Signed out all other browsers."
	}
	return "Signed out another browser."
}

// by returns how, naming each of several methods; without any that it knows, it returns unsaid.
func by(said, unsaid i18n.Text, methods string) i18n.Text {
	var way i18n.Text
	for _, m := range strings.FieldsFunc(methods, func(c rune) bool { return c == '+' || c == ' ' || c == ',' }) {
		if way == "" {
			way = factor(m)
		} else {
			way = i18n.Say("{way} and {more}", way, factor(m))
		}
	}
	if way == "" {
		return unsaid
	}
	return i18n.Say(said, way)
}

func factor(method string) i18n.Text {
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
