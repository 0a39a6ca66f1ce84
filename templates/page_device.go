package templates

import "github.com/symbolon-id/symbolon/i18n"

// Device is the page for devices that have no browser, in its three states: it asks for the code the
// device shows; when Client is set, whether that client may have what it asks for; and when Done,
// it says how it ended.
type Device struct {
	Action      string    // POST: user_code, or decision=allow|deny
	UserCode    string    // filled in, or shown to be compared
	Error       i18n.Text // the error of the code
	Client      string
	Account     string
	Network     string // of the device
	SameNetwork bool   // as the person's own
	Scopes      []ConsentScope
	Details     []Detail // authorization details (RFC 9396)
	Resources   []string
	Done        bool
	Allowed     bool
}

func (Device) template() string { return "device" }
