package account_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	device "github.com/descope/virtualwebauthn"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

var optionsIn = regexp.MustCompile(`data-options="([^"]*)"`)

// passkeyFor answers the options of v's page as a device would.
func passkeyFor(t *testing.T, v visitor) string {
	t.Helper()
	m := optionsIn.FindStringSubmatch(v.get("/account/passkeys").Body)
	if m == nil {
		t.Fatal("the page has no options")
	}
	options, err := device.ParseAttestationOptions(`{"publicKey":` + html.UnescapeString(m[1]) + `}`)
	if err != nil {
		t.Fatal(err)
	}
	rp := device.RelyingParty{ID: "id.example", Name: "Example", Origin: issuer}
	return device.CreateAttestationResponse(rp, device.NewAuthenticator(), fullKey(), *options)
}

// fullKey avoids a short coordinate, which one in 128 keys of the device has, and which COSE does not allow
// and we refuse.
func fullKey() device.Credential {
	for {
		if key := device.NewCredential(device.KeyTypeEC2); len(key.Key.AttestationData()) == 77 {
			return key
		}
	}
}

func TestFirstPasskeyBringsRecoveryCodesAndTheSecondDoesNot(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v, thief := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.eve, login.Mailbox)
		answer := passkeyFor(t, v)
		d.must(t, "another person with the answer", thief.post("/account/passkeys/add", url.Values{"credential": {answer}}).Status, http.StatusBadRequest)
		p := v.post("/account/passkeys/add", url.Values{"credential": {answer}})
		if p.Status != http.StatusOK || len(codesIn(p.Body)) != 10 || !strings.Contains(p.Body, "Passkey added.") {
			t.Fatalf("%d: %d codes", p.Status, len(codesIn(p.Body)))
		}
		d.must(t, "factors", d.factors(t, d.ada), storage.Factors{Passkeys: 1, RecoveryCodes: 10})
		strong := d.signedIn(t, d.ada, login.VerifiedKey)
		d.must(t, "the same answer again", strong.post("/account/passkeys/add", url.Values{"credential": {answer}}).Status, http.StatusBadRequest)
		p = strong.post("/account/passkeys/add", url.Values{"credential": {passkeyFor(t, strong)}})
		d.must(t, "second", p.Location, "/account/passkeys?done=passkey-added")
		d.must(t, "factors", d.factors(t, d.ada), storage.Factors{Passkeys: 2, RecoveryCodes: 10})
		d.must(t, "mails", len(d.mails.to(d.ada.Email)), 3) // two passkeys, one set of codes
		added := 0
		for _, e := range d.events(t, d.ada, audit.FactorAdded) {
			if e.Outcome == audit.Success {
				added++
			}
		}
		d.must(t, "events", added, 2)
	})
}
