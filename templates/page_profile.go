package templates

import (
	"cmp"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/i18n"
)

// Profile changes what a person says about themselves, and the addresses.
type Profile struct {
	Frame
	Name      string
	Rename    string // POST: name, and the fields of More
	NameError i18n.Text
	More      []FieldGroup
	Email     Address // cannot be removed
	Second    Address // a way back in when the first is lost; not shown without Change
	MailOff   bool    // signing in by mail is off
}

// FieldGroup is the fields of one kind.
type FieldGroup struct {
	Title  i18n.Text
	Fields []ProfileField
}

// ProfileField is one line of a FieldGroup.
type ProfileField struct {
	Name    string // POST
	Label   i18n.Text
	Type    string // of input, or "language" or "zone", which are chosen; empty: text
	Fill    string // autocomplete; empty: none
	Example string // empty: the label says it all
	Value   string
	Error   i18n.Text // the error of Value
}

// Input returns the type of the control. One for dates shows neither a year alone nor what is no date.
func (f ProfileField) Input() string {
	if _, err := time.Parse(time.DateOnly, f.Value); f.Type == "date" && f.Value != "" && (err != nil || strings.HasPrefix(f.Value, "0000")) || f.Type == "zone" {
		return "text"
	}
	return cmp.Or(f.Type, "text")
}

// Described returns the id of what is said below the control, "" for nothing.
func (f ProfileField) Described() string {
	switch {
	case f.Error != "":
		return f.Name + "-error"
	case f.Example != "":
		return f.Name + "-hint"
	}
	return ""
}

// Wrong returns the error of the first field that has one.
func (p Profile) Wrong() i18n.Text {
	for _, g := range p.More {
		for _, f := range g.Fields {
			if f.Error != "" {
				return f.Error
			}
		}
	}
	return ""
}

// Problem returns the error of the first field that has one.
func (p Profile) Problem() i18n.Text {
	return cmp.Or(p.NameError, p.Wrong(), p.Email.Error, p.Email.CodeError, p.Second.Error, p.Second.CodeError)
}

// Address is one mail address and its two-step change: a new address counts once a person who
// reads its mail said so.
type Address struct {
	Address   string    // as it is now; empty when there is none
	Change    string    // POST: email; sends a code to it
	Typed     string    // with Error: what was typed
	Error     i18n.Text // the error of the address
	Pending   string    // the address a code was sent to; empty when none is on its way
	Confirm   string    // POST: code
	CodeError i18n.Text // the error of the code
	Cancel    string    // POST: forgets the pending one
	Remove    string    // POST; empty when it cannot be removed
}

// ConfirmEmail is what the link in the mail to a new address shows, in whatever browser.
type ConfirmEmail struct {
	Old    string // empty for a browser that is not signed in to the account, and when there was none
	New    string
	Second bool   // it is to be the second address
	Action string // POST: changes the address
	Cancel string // POST: voids the link
}

// Export gives people all that is kept of them.
type Export struct {
	Frame
	Download string // GET: JSON, as an attachment
	DocsURL  string // what each field means; empty for none
}

// DeleteAccount says what deleting means, and does it.
type DeleteAccount struct {
	Frame
	Action string      // POST
	Loses  []i18n.Text // what goes with it, as sentences: "Grafana and two other apps lose their access."
	Back   string      // GET: keeps the account
}

func (Profile) template() string       { return "account-profile" }
func (ConfirmEmail) template() string  { return "confirm-email" }
func (Export) template() string        { return "account-export" }
func (DeleteAccount) template() string { return "account-delete" }
