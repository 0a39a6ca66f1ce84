package passkey_test

import (
	"net/http"
	"testing"

	"github.com/descope/virtualwebauthn"

	"github.com/symbolon-id/symbolon/login/logintest"
)

// An authenticator that others wrote gets in by the options of our pages and nothing else.
func TestVirtualAuthenticatorEnrolsAndSignsIn(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t)
		rp := virtualwebauthn.RelyingParty{ID: "id.example", Name: "Example", Origin: issuer}
		for _, kind := range []virtualwebauthn.KeyType{virtualwebauthn.KeyTypeEC2, virtualwebauthn.KeyTypeRSA} {
			device := virtualwebauthn.NewAuthenticator()
			key := fullKey(kind)
			asked, err := virtualwebauthn.ParseAttestationOptions(d.creation(t, d.ada))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.finish(t, d.ada, virtualwebauthn.CreateAttestationResponse(rp, device, key, *asked)); err != nil {
				t.Fatal(err)
			}
			device.Options.UserHandle = []byte(asked.UserID)
			key.Counter++
			b := logintest.NewBrowser(t)
			options, err := virtualwebauthn.ParseAssertionOptions(optionsIn(t, b.Get(n, "/login")))
			if err != nil {
				t.Fatal(err)
			}
			if p := post(b, n, "", virtualwebauthn.CreateAssertionResponse(rp, device, key, *options)); p.Status != http.StatusSeeOther || !b.SignedIn(n) {
				t.Errorf("%s: status %d", kind, p.Status)
			}
		}
	})
}

// fullKey avoids a short coordinate, which one in 128 of its P-256 keys has, and which COSE does not
// allow and we refuse.
func fullKey(kind virtualwebauthn.KeyType) virtualwebauthn.Credential {
	for {
		key := virtualwebauthn.NewCredential(kind)
		if kind != virtualwebauthn.KeyTypeEC2 || len(key.Key.AttestationData()) == 77 {
			return key
		}
	}
}
