package consent

import (
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/interaction"
)

// trust is who answers for an app, the least first.
type trust int

const (
	itself   trust = iota // it registered itself: everything about it is its own word
	aHost                 // its document's host, which no operator knows
	aKnown                // its document's host, which the operator has named
	operator              // the operator, who registered it or looked at it
	ours                  // it is the organisation's own
)

// trustIn goes by the client id, which says through which door the client came.
func (a *Asker) trustIn(q *interaction.Request) trust {
	host := clientHost(q.ClientID)
	switch {
	case q.FirstParty:
		return ours
	case q.Approved, host == "" && !strings.HasPrefix(q.ClientID, a.SelfRegistered):
		return operator
	case host == "":
		return itself
	case slices.ContainsFunc(a.KnownHosts, func(known string) bool { return host == known || strings.HasSuffix(host, "."+known) }):
		return aKnown
	}
	return aHost
}

// unverified reports whether no operator answers for the client (ASVS 10.4.7).
func (t trust) unverified() bool { return t < aKnown }

// vouched returns who answers for the app, as a sentence; empty where the warning says that none can: what
// an operator approved is not known to be what runs on the user's device.
func vouched(k kind, t trust) i18n.Text {
	switch {
	case k != claimed:
		return ""
	case t == aKnown:
		return "An administrator knows the site this app comes from."
	case t == operator:
		return "An administrator approved this app."
	case t == ours:
		return "Run by the same organization as this service."
	}
	return ""
}

// warning returns one scaled to the risk. Even if an operator answers for an app that runs on the person's device, any
// other program there can ask in its name (RFC 8252 section 8.6).
func warning(k kind, t trust) i18n.Text {
	switch {
	case k == loopback:
		return "This app runs on your computer, so we can’t verify its identity. Only continue if you started it yourself."
	case k == private:
		return "This app runs on your device, so we can’t verify its identity. Only continue if you started it yourself."
	case t == itself:
		return "This app registered itself and chose its own name. No one has verified it. Only continue if you recognize and trust the address it returns you to."
	case t == aHost:
		return "No one has verified this app. Only continue if you recognize and trust the address above."
	}
	return ""
}

// headline is the host that weighs more than a name the client chose: that of a client id that is a URL,
// and for software that registered itself the one thing about it that is certain, the host that gets
// the answer. Without either it is empty.
func headline(q *interaction.Request, k kind, redirectHost string, t trust) string {
	if t == itself && k == claimed {
		return redirectHost
	}
	return clientHost(q.ClientID)
}

// clientHost is the host of a client id that is a URL.
func clientHost(clientID string) string {
	u, err := url.Parse(clientID)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" { // http: symbolon dev, on this machine
		return ""
	}
	return u.Host
}
