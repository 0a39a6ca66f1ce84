package templates

import (
	"time"

	"github.com/symbolon-id/symbolon/i18n"
)

// PasskeyOffer signs in with a passkey: by its button, and by autofill when the page also asks for
// an email address. Hidden until static/passkey.js finds a browser that can; place it after
// MailOffer on the sign-in page, first on SecondFactor.
type PasskeyOffer struct {
	Action      string // POST: credential (JSON of the assertion), request
	Handle      string
	OptionsJSON string // PublicKeyCredentialRequestOptionsJSON: the object with challenge, without "publicKey" around it
	Confirms    bool   // asked of a known user, as second factor or step-up; the words differ
	Error       i18n.Text
}

// TOTPOffer asks for the code of the authenticator app.
type TOTPOffer struct {
	Action string // POST: code, request
	Handle string
	Error  i18n.Text
}

// RecoveryOffer asks for a recovery code, folded away until asked for or refused.
type RecoveryOffer struct {
	Action string // POST: code, request
	Handle string
	Error  i18n.Text
}

// SecondFactor asks a known user for one more proof: after the first factor, or to step up.
type SecondFactor struct {
	App     string
	Account string    // fixed: address of the account
	Why     i18n.Text // "Grafana asks you to confirm it is you."; empty after a first factor
	Notice  i18n.Text
	Offers  []Offer // in order of preference; RecoveryOffer last
	Signals []Signal
	Other   string // GET: begin again as another user, or go away; empty for none
}

// Problem returns the error of the first offer that has one.
func (s SecondFactor) Problem() i18n.Text { return problem(s.Offers) }

// EnrolPasskey offers a passkey to a user who just signed in by other means.
type EnrolPasskey struct {
	App         string
	Account     string
	Action      string // POST: credential (JSON of the attestation), request
	Skip        string // POST: request
	Handle      string
	OptionsJSON string // PublicKeyCredentialCreationOptionsJSON, without "publicKey" around it
	Error       i18n.Text
}

// RecoverAccount is what a single-use link of the operator's shows: to recover an account, or to sign
// in for the first time.
type RecoverAccount struct {
	Account string
	Invited bool
	Until   time.Time // when the link stops working; zero: not said
	Action  string    // POST: signs in, once
}

// Signal reports to the person's password manager what became of passkeys it keeps (WebAuthn Signal
// API). Identifiers are base64url, as in the options. Pages show nothing of it.
type Signal interface{ signal() string }

// SignalUnknown says that the account behind this passkey is not there any more, or it was removed.
type SignalUnknown struct {
	RPID         string `json:"rpId"`
	CredentialID string `json:"credentialId"`
}

// SignalAll lists all passkeys of the account that still work.
type SignalAll struct {
	RPID          string   `json:"rpId"`
	UserID        string   `json:"userId"` // the user handle
	CredentialIDs []string `json:"allAcceptedCredentialIds"`
}

// SignalDetails renames the account in the list of passkeys.
type SignalDetails struct {
	RPID        string `json:"rpId"`
	UserID      string `json:"userId"` // the user handle
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

func (SecondFactor) template() string   { return "second-factor" }
func (EnrolPasskey) template() string   { return "enrol-passkey" }
func (RecoverAccount) template() string { return "recover-account" }

func (PasskeyOffer) offer() string  { return "offer-passkey" }
func (TOTPOffer) offer() string     { return "offer-totp" }
func (RecoveryOffer) offer() string { return "offer-recovery" }

func (o PasskeyOffer) problem() i18n.Text  { return o.Error }
func (o TOTPOffer) problem() i18n.Text     { return o.Error }
func (o RecoveryOffer) problem() i18n.Text { return o.Error }

func (SignalUnknown) signal() string { return "unknown" }
func (SignalAll) signal() string     { return "all" }
func (SignalDetails) signal() string { return "details" }
