package templates

import (
	"fmt"
	"slices"
	"time"
)

// NoticeMail tells somebody what happened to their account, how to see it and what to do when it
// was somebody else. The functions below write the ones there are.
type NoticeMail struct {
	Title    string // also the subject
	Sentence string
	Facts    []Fact
	Code     string // to be typed; empty for none
	WayText  string
	Link     string // absolute; empty for none
	Else     string // what to do if it was somebody else

	Language string
}

// Fact is one circumstance: "Browser", "Firefox on Linux".
type Fact struct{ Name, Value string }

// Circumstances are when something happened and where from. What is not known is left out.
type Circumstances struct {
	At      time.Time
	Browser string
	Network string
}

// Known is the facts that have a value.
func (m NoticeMail) Known() []Fact {
	return slices.DeleteFunc(slices.Clone(m.Facts), func(f Fact) bool { return f.Value == "" })
}

func (NoticeMail) mail() string { return "notice" }

func (m NoticeMail) language() string { return m.Language }

const secure = "If it was somebody else, open the link, end their session and remove what you do not know."

func (c Circumstances) facts(more ...Fact) []Fact {
	facts := append(more, Fact{"Browser", c.Browser}, Fact{"Network", c.Network})
	if !c.At.IsZero() {
		facts = append(facts, Fact{"When", c.At.UTC().Format(momentLayout)})
	}
	return facts
}

// NewDeviceMail: somebody signed in with a browser not seen before. link: the sessions.
func NewDeviceMail(c Circumstances, link string) NoticeMail {
	return NoticeMail{Title: "A new device signed in", Sentence: "Your account was used with a browser that we have not seen before.",
		Facts: c.facts(), WayText: "See your sessions", Link: link, Else: secure}
}

// FactorAddedMail: factor is "the passkey “Phone”", "an authenticator app". link: the account.
func FactorAddedMail(factor string, c Circumstances, link string) NoticeMail {
	return NoticeMail{Title: "A way to sign in was added", Sentence: fmt.Sprintf("From now on %s opens your account.", factor),
		Facts: c.facts(), WayText: "See your account", Link: link, Else: secure}
}

// FactorRemovedMail: factor is "the passkey “Phone”", "the authenticator app". link: the account.
func FactorRemovedMail(factor string, c Circumstances, link string) NoticeMail {
	return NoticeMail{Title: "A way to sign in was removed", Sentence: fmt.Sprintf("From now on %s no longer opens your account.", factor),
		Facts: c.facts(), WayText: "See your account", Link: link, Else: secure}
}

// RecoveryCodeMail: one was used, left remain. link: the recovery codes.
func RecoveryCodeMail(left int, c Circumstances, link string) NoticeMail {
	return NoticeMail{Title: "A recovery code was used", Sentence: fmt.Sprintf("Somebody, hopefully you, signed in with one of your recovery codes. Codes left: %d.", left),
		Facts: c.facts(), WayText: "See your recovery codes", Link: link, Else: secure}
}

// EmailChangedMail goes to both addresses. link: the profile.
func EmailChangedMail(old, current string, c Circumstances, link string) NoticeMail {
	return NoticeMail{Title: "Your email address was changed", Sentence: "You sign in with the new address from now on.",
		Facts: c.facts(Fact{"Before", old}, Fact{"Now", current}), WayText: "See your profile", Link: link,
		Else: "If it was somebody else, tell the people who run this service at once."}
}

// SecondEmailMail goes to all addresses: current, the second one, replaces old; each may be empty.
// link: the profile.
func SecondEmailMail(old, current string, c Circumstances, link string) NoticeMail {
	m := NoticeMail{Title: "A second address was added", Sentence: "From now on it opens your account as well.",
		Facts: c.facts(Fact{"Before", old}, Fact{"Now", current}), WayText: "See your profile", Link: link, Else: secure}
	if current == "" {
		m.Title, m.Sentence = "Your second address was removed", "It no longer opens your account."
	}
	return m
}

// ConfirmEmailMail goes to a new address. link: the page that confirms it.
func ConfirmEmailMail(code string, minutes int, c Circumstances, link string) NoticeMail {
	return NoticeMail{Title: "Confirm your email address", Sentence: fmt.Sprintf("Type this code where you asked for it, or open the link. Both work once, for %d minutes.", minutes),
		Code: code, Facts: c.facts(), WayText: "Confirm this address", Link: link,
		Else: "If it was somebody else, ignore this mail: nothing changes without you."}
}

// ConnectedMail: an app or an agent was given access. link: the connections.
func ConnectedMail(app string, scopes []string, c Circumstances, link string) NoticeMail {
	var facts []Fact
	for _, scope := range scopes {
		facts = append(facts, Fact{"It can", scope})
	}
	return NoticeMail{Title: app + " can use your account", Sentence: "You, or somebody else with your account, allowed it.",
		Facts: c.facts(facts...), WayText: "See what has access", Link: link, Else: "If it was somebody else, open the link and stop it."}
}

// RecoveryLinkMail: the operator made a link that signs in without any factor. from is when it begins
// to work; link: the activity.
func RecoveryLinkMail(from time.Time, link string) NoticeMail {
	m := NoticeMail{Title: "Your account is being recovered", Sentence: "The people who run this service made a link that lets its holder into your account once.",
		WayText: "See your activity", Link: link,
		Else: "If you did not ask them for it, tell them at once."}
	if !from.IsZero() {
		m.Facts = []Fact{{"Works from", from.UTC().Format(momentLayout)}}
	}
	return m
}

// AccountDeletedMail is the last one.
func AccountDeletedMail(c Circumstances) NoticeMail {
	return NoticeMail{Title: "Your account was deleted", Sentence: "Everything we kept about you is gone, and every app has lost its access.",
		Facts: c.facts(), Else: "If it was somebody else, tell the people who run this service."}
}
