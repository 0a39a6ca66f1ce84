package templates

import (
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/i18n"
)

// framed is a page of the account: one that embeds Frame.
type framed interface{ frame() Frame }

func (f Frame) frame() Frame { return f }

// frame returns what the layout asks of every page; nil outside of the account.
func frame(page Page) *Frame {
	p, ok := page.(framed)
	if !ok {
		return nil
	}
	f := p.frame()
	return &f
}

// scripted reports whether the page has use for static/passkey.js.
func scripted(page Page) bool {
	p, ok := page.(interface{ scripted() bool })
	return ok && p.scripted()
}

func (f Frame) scripted() bool        { return len(f.Signals) > 0 }
func (Passkeys) scripted() bool       { return true }
func (EnrolPasskey) scripted() bool   { return true }
func (h HandOff) scripted() bool      { return len(h.Signals) > 0 }
func (s SignIn) scripted() bool       { return len(s.Signals) > 0 || offersPasskey(s.Offers) }
func (s SecondFactor) scripted() bool { return len(s.Signals) > 0 || offersPasskey(s.Offers) }

func offersPasskey(offers []Offer) bool {
	return slices.ContainsFunc(offers, func(o Offer) bool {
		_, passkey := o.(PasskeyOffer)
		return passkey
	})
}

// signalJSON returns the argument of the browser's function, for a data attribute.
func signalJSON(s Signal) (string, error) {
	body, err := json.Marshal(s)
	return string(body), err
}

// codeField is one input for a code.
type codeField struct {
	ID    string
	Label any // translated
	Error i18n.Text
}

func newCodeField(id string, label any, err i18n.Text) codeField { return codeField{id, label, err} }

// addressForm is one address of the profile; ID keeps the two apart, Say is what the address is for.
type addressForm struct {
	Address
	ID, Title, Say string
	Locked         bool
}

func newAddressForm(id, title, say, confirmURL string, a Address) addressForm {
	return addressForm{Address: a, ID: id, Title: title, Say: say, Locked: confirmURL != ""}
}

// groups splits a key after every fourth character, as people read it aloud.
func groups(key string) string {
	var out strings.Builder
	for i, r := range key {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
	}
	return out.String()
}

// authenticator vouches for an address that opens the authenticator app; html/template would blank
// its scheme out.
func authenticator(uri string) (template.URL, error) {
	if !strings.HasPrefix(uri, "otpauth://totp/") {
		return "", fmt.Errorf("open the authenticator app with another address than one of otpauth")
	}
	return template.URL(uri), nil
}
