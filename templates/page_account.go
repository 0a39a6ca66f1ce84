package templates

import (
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/i18n"
)

// Frame is what all pages of the account share.
type Frame struct {
	Sections   []Section // the navigation, in order; none outside of the account
	Account    string    // address of the one signed in
	SignOutURL string    // GET
	Notice     i18n.Text // what was just done: "The passkey was removed."
	Alert      i18n.Text // what was just refused, when no field of the page is to blame
	ConfirmURL string    // GET: a fresh sign-in; when set, the page shows this way instead of what changes something
	Signals    []Signal
}

// Section is one page of the account in its navigation.
type Section struct {
	Icon    string    // in part-icons.html
	Title   i18n.Text // "Passkeys"
	Group   i18n.Text // "Security"; empty: alone, at the top
	URL     string
	Current bool
}

// Group is neighbouring sections under one heading.
type Group struct {
	ID       string // of the heading in the page
	Title    i18n.Text
	Sections []Section
}

// Groups returns the sections by their group, in order.
func (f Frame) Groups() []Group {
	var all []Group
	for _, s := range f.Sections {
		if len(all) == 0 || all[len(all)-1].Title != s.Group {
			all = append(all, Group{ID: fmt.Sprintf("group-%d", len(all)), Title: s.Group})
		}
		last := &all[len(all)-1]
		last.Sections = append(last.Sections, s)
	}
	return all
}

// AccountHome says what protects the account and what is missing.
type AccountHome struct {
	Frame
	Name        string
	Email       string
	Protections []Protection
}

// Protection is one thing that protects the account, or that would.
type Protection struct {
	Icon    string    // in part-icons.html
	Title   i18n.Text // "Passkeys"
	State   i18n.Text // "Two passkeys. The last sign-in used one."
	Missing bool
	WayText i18n.Text // "Add a passkey"; empty for none
	WayURL  string
}

// Passkeys lists the passkeys of the account.
type Passkeys struct {
	Frame
	Passkeys    []Passkey
	Rename      string // POST: passkey (its ID), name
	Remove      string // POST: passkey
	Add         string // POST: credential (JSON of the attestation)
	OptionsJSON string // PublicKeyCredentialCreationOptionsJSON for Add; empty: none can be added now
}

// Passkey is one passkey as its owner knows it.
type Passkey struct {
	ID       string
	Name     string
	Created  time.Time
	LastUsed time.Time // zero: never
	Synced   bool      // kept on the person's other devices as well
	Keeps    i18n.Text // why it cannot be removed: "It is your last way in."; empty when it can
}

// AuthenticatorApp shows whether there is one, and enrols one. With a Key it is being enrolled;
// with Since it is enrolled; with neither it can be begun.
type AuthenticatorApp struct {
	Frame
	Since    time.Time
	LastUsed time.Time // zero: never
	Remove   string    // POST
	Keeps    i18n.Text // why it cannot be removed; empty when it can

	Begin string // POST: answers with this page and a Key

	Key     string    // base32, without spaces
	URI     string    // otpauth://totp/…
	QR      QR        // of URI
	Confirm string    // POST: code; enables it
	Cancel  string    // POST; empty for none
	Error   i18n.Text // the error of the code
}

// RecoveryCodes says how many are left, and shows new ones once.
type RecoveryCodes struct {
	Frame
	Left       int
	Made       time.Time // zero: there are none
	Regenerate string    // POST: answers with this page and Codes

	Codes    []string // as people type them; shown this once
	Download string   // POST: codes (separated by spaces); answer text/plain as an attachment
	Done     string   // GET: goes on, once they are kept
}

// Sessions lists where the person is signed in.
type Sessions struct {
	Frame
	Sessions  []Session
	End       string // POST: session (its ID)
	EndOthers string // POST: ends all but this one
}

// Session is one browser that is signed in.
type Session struct {
	ID      string
	Browser string // "Firefox on Linux"
	Network string // "203.0.113.0/24"
	Began   time.Time
	Seen    time.Time
	Current bool // this browser
}

// Others asks, after recovery and after a first passkey, whether everything else is to be signed out. What there is none of is not asked.
type Others struct {
	Frame
	Browsers bool     // others are signed in
	Apps     []string // names of what has access
	Handle   string
	Action   string // POST: request, browsers and apps ("yes")
}

// Connections lists the apps and agents that have access.
type Connections struct {
	Frame
	Connections []Connection
	Stop        string // POST: client (its ID); ends their access at once
}

// Connection is one app or agent and what it may do.
type Connection struct {
	ID       string
	Name     string
	Host     string // of a client id that is a URL
	Agent    bool
	Scopes   []i18n.Text // as sentences: "See your email address"
	Since    time.Time
	LastUsed time.Time // zero: never
	Until    time.Time // zero: until it is stopped
}

// Activity lists what happened to the account, newest first.
type Activity struct {
	Frame
	Events []ActivityEvent
	NotMe  string // POST: event (its ID)
	Older  string // GET: empty at the end
}

// ActivityEvent is one thing that happened.
type ActivityEvent struct {
	ID       string
	At       time.Time
	Sentence i18n.Text // "Signed in with a passkey."
	Browser  string
	Network  string
	Refused  bool // an attempt that was kept out
	Ours     bool // only we or the person could have done it: "This wasn't me" is not offered
}

func (AccountHome) template() string      { return "account-home" }
func (Passkeys) template() string         { return "account-passkeys" }
func (AuthenticatorApp) template() string { return "account-app" }
func (RecoveryCodes) template() string    { return "account-codes" }
func (Sessions) template() string         { return "account-sessions" }
func (Others) template() string           { return "account-others" }
func (Connections) template() string      { return "account-connections" }
func (Activity) template() string         { return "account-activity" }
