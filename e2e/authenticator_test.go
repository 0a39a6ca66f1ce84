package e2e

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	chromepage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
)

// authenticator keeps the passkeys of one tab, as the phone or laptop around it would. While its
// person is there, it says yes to whatever the page asks.
type authenticator struct {
	b  *tab
	id webauthn.AuthenticatorID
}

// newAuthenticator is built into the device, verifies its person, and finds passkeys by itself.
func newAuthenticator(b *tab) authenticator {
	b.t.Helper()
	tell(b, webauthn.Enable, webauthn.EnableParams{})
	made := tell(b, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	return authenticator{b, made.AuthenticatorID}
}

// presence says whether the person is there to touch it.
func (a authenticator) presence(there bool) {
	a.b.t.Helper()
	tell(a.b, webauthn.SetAutomaticPresenceSimulation, webauthn.SetAutomaticPresenceSimulationParams{AuthenticatorID: a.id, Enabled: there})
}

// verifies says whether it recognizes its person.
func (a authenticator) verifies(them bool) {
	a.b.t.Helper()
	tell(a.b, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: a.id, IsUserVerified: them})
}

func (a authenticator) passkeys() []*webauthn.Credential {
	a.b.t.Helper()
	return tell(a.b, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: a.id}).Credentials
}

// addCredential leaves out what Chromium takes only from other authenticators.
var addCredential = cdp.Command[addCredentialParams, cdp.Empty]{Method: webauthn.CommandAddCredential}

type addCredentialParams struct {
	AuthenticatorID webauthn.AuthenticatorID `json:"authenticatorId"`
	Credential      credential               `json:"credential"`
}

type credential struct {
	CredentialID         []byte  `json:"credentialId"`
	IsResidentCredential bool    `json:"isResidentCredential"`
	RPID                 string  `json:"rpId"`
	PrivateKey           []byte  `json:"privateKey"`
	UserHandle           []byte  `json:"userHandle"`
	SignCount            float64 `json:"signCount"`
}

func (a authenticator) keep(c *webauthn.Credential) {
	a.b.t.Helper()
	tell(a.b, addCredential, addCredentialParams{a.id, credential{c.CredentialID, true, c.RpID, c.PrivateKey, c.UserHandle, c.SignCount}})
}

func (a authenticator) forget() {
	a.b.t.Helper()
	tell(a.b, webauthn.ClearCredentials, webauthn.ClearCredentialsParams{AuthenticatorID: a.id})
}

// withoutAutofill is a browser that offers passkeys only when a button asks for them.
func (b *tab) withoutAutofill() *tab {
	b.t.Helper()
	tell(b, chromepage.AddScriptToEvaluateOnNewDocument, chromepage.AddScriptToEvaluateOnNewDocumentParams{
		Source: "delete PublicKeyCredential.isConditionalMediationAvailable",
	})
	return b
}

// rememberChallenge: what a passkey signs is a secret until it is spent.
func (b *tab) rememberChallenge() {
	rememberChallenge(b.t, b.ask(`document.querySelector("[data-options]")?.dataset.options ?? "{}"`))
}

func rememberChallenge(t testing.TB, options string) string {
	t.Helper()
	var ceremony struct{ Challenge string }
	if err := json.Unmarshal([]byte(options), &ceremony); err != nil {
		t.Fatal(err)
	}
	lab.seen.secret("passkey challenge", ceremony.Challenge)
	if raw, err := base64.RawURLEncoding.DecodeString(ceremony.Challenge); err == nil {
		lab.seen.secret("passkey challenge", string(raw))
	}
	return ceremony.Challenge
}
