package templates

import (
	"slices"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/i18n"
)

// NoticeMail notifies a user what happened to their account, how to see it and what to do when it
// was another person. The functions below write the ones there are.
type NoticeMail struct {
	Title    i18n.Text // also the subject
	Sentence i18n.Text
	Facts    []Fact
	Code     string // to be typed; empty for none
	WayText  i18n.Text
	Link     string    // absolute; empty for none
	Else     i18n.Text // what to do if it was another person

	Language string
}

// Fact is one circumstance: "Browser", "Firefox on Linux".
type Fact struct {
	Name  i18n.Text
	Value i18n.Text // what is known of it; "": nothing
}

// Circumstances are when something happened and where from. What is not known is left out.
type Circumstances struct {
	At      time.Time
	Browser string
	Network string
}

// Known returns the facts that have a value.
func (m NoticeMail) Known() []Fact {
	return slices.DeleteFunc(slices.Clone(m.Facts), func(f Fact) bool { return f.Value == "" })
}

func (NoticeMail) mail() string { return "notice" }

func (m NoticeMail) language() string { return m.Language }

const secure = "If this wasn’t you, open the link, sign out that browser and remove anything you don’t recognize."

func (c Circumstances) facts(more ...Fact) []Fact {
	facts := append(more, Fact{"Browser", browser(c.Browser)}, Fact{"Network", verbatim(c.Network)})
	if !c.At.IsZero() {
		facts = append(facts, Fact{"When", i18n.Say("{when}", c.At)})
	}
	return facts
}

// verbatim returns a value that is the same in every language, or nothing.
func verbatim(s string) i18n.Text {
	if s == "" {
		return ""
	}
	return i18n.Verbatim(s)
}

// browser says what login.BrowserName knows: "Firefox on Linux", or less.
func browser(name string) i18n.Text {
	if browser, system, ok := strings.Cut(name, " on "); ok {
		return i18n.Say("{browser} on {system}", i18n.Text(browser), system)
	}
	return i18n.Text(name)
}

// NewDeviceMail reports a sign-in with a browser not seen before. link: the sessions.
func NewDeviceMail(c Circumstances, link string) NoticeMail {
	return NoticeMail{Title: "New sign-in to your account", Sentence: "Your account was used in a browser we haven’t seen before.",
		Facts: c.facts(), WayText: "Review your browsers", Link: link, Else: secure}
}

// FactorAddedMail reports a new factor; factor is "the passkey “Phone”", "an authenticator app". link: the account.
func FactorAddedMail(factor i18n.Text, c Circumstances, link string) NoticeMail {
	return NoticeMail{Title: "A sign-in method was added", Sentence: i18n.Say("You can now sign in with {way}.", factor),
		Facts: c.facts(), WayText: "Go to your account", Link: link, Else: secure}
}

// FactorRemovedMail reports a removed factor; factor is "the passkey “Phone”", "the authenticator app". link: the account.
func FactorRemovedMail(factor i18n.Text, c Circumstances, link string) NoticeMail {
	return NoticeMail{Title: "A sign-in method was removed", Sentence: i18n.Say("You can no longer sign in with {way}.", factor),
		Facts: c.facts(), WayText: "Go to your account", Link: link, Else: secure}
}

// RecoveryCodeMail reports that one was used, and left remain. link: the recovery codes.
func RecoveryCodeMail(left int, c Circumstances, link string) NoticeMail {
	return NoticeMail{Title: "A recovery code was used", Sentence: i18n.Say("Someone signed in with one of your recovery codes. You have {n} left.", left),
		Facts: c.facts(), WayText: "Go to recovery codes", Link: link, Else: secure}
}

// EmailChangedMail goes to both addresses. link: the profile.
func EmailChangedMail(old, current string, c Circumstances, link string) NoticeMail {
	return NoticeMail{Title: "Your email address was changed", Sentence: "Sign in with the new address from now on.",
		Facts: c.facts(Fact{"Previous address", verbatim(old)}, Fact{"New address", verbatim(current)}), WayText: "Go to your profile", Link: link,
		Else: "If this wasn’t you, contact your administrator right away."}
}

// SecondEmailMail goes to all addresses: current, the second one, replaces old; each may be empty.
// link: the profile.
func SecondEmailMail(old, current string, c Circumstances, link string) NoticeMail {
	m := NoticeMail{Title: "A backup email was added", Sentence: "You can now sign in with it, too.",
		Facts: c.facts(Fact{"Previous address", verbatim(old)}, Fact{"New address", verbatim(current)}), WayText: "Go to your profile", Link: link, Else: secure}
	if current == "" {
		m.Title, m.Sentence = "Your backup email was removed", "You can no longer sign in with it."
	}
	return m
}

// ConfirmEmailMail goes to a new address. link: the page that confirms it.
func ConfirmEmailMail(code string, minutes int, c Circumstances, link string) NoticeMail {
	return NoticeMail{Title: "Confirm your email address", Sentence: i18n.Say("Enter this code where you requested it, or open the link. Use either one, once, within {n} minutes.", minutes),
		Code: code, Facts: c.facts(), WayText: "Confirm address", Link: link,
		Else: "If this wasn’t you, ignore this email. Nothing changes unless you confirm."}
}

// ConnectedMail reports that an app or an agent was given access. link: the connections.
func ConnectedMail(app string, scopes []i18n.Text, c Circumstances, link string) NoticeMail {
	var facts []Fact
	for _, scope := range scopes {
		facts = append(facts, Fact{"It can", scope})
	}
	return NoticeMail{Title: i18n.Say("{app} now has access to your account", app), Sentence: "You, or someone using your account, allowed this.",
		Facts: c.facts(facts...), WayText: "Review access", Link: link, Else: "If this wasn’t you, open the link and remove its access."}
}

// RecoveryLinkMail reports that the operator made a link that signs in without any factor. from is when it begins
// to work; link: the activity.
func RecoveryLinkMail(from time.Time, link string) NoticeMail {
	m := NoticeMail{Title: "A recovery link was created", Sentence: "An administrator created a link that lets anyone who has it into your account, once.",
		WayText: "Review activity", Link: link,
		Else: "If you didn’t ask for it, contact your administrator right away."}
	if !from.IsZero() {
		m.Facts = []Fact{{"Active from", i18n.Say("{when}", from)}}
	}
	return m
}

// AccountDeletedMail returns the last mail of an account.
func AccountDeletedMail(c Circumstances) NoticeMail {
	return NoticeMail{Title: "Your account was deleted", Sentence: "Everything we stored about you is gone, and all apps have lost access.",
		Facts: c.facts(), Else: "If this wasn’t you, contact your administrator."}
}
