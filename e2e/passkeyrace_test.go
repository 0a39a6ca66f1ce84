package e2e

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/descope/virtualwebauthn"
)

var ceremonyOptions = regexp.MustCompile(`data-options="([^"]*)"`)

// key is a passkey without a browser around it.
type key struct {
	rp     virtualwebauthn.RelyingParty
	device virtualwebauthn.Authenticator
	virtualwebauthn.Credential
}

// options of the ceremony that p offers, as libraries read them.
func options(t testing.TB, p page) string {
	t.Helper()
	m := ceremonyOptions.FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("the page offers no ceremony (%d)", p.status)
	}
	rememberChallenge(t, html.UnescapeString(m[1]))
	return `{"publicKey":` + html.UnescapeString(m[1]) + `}`
}

// addPasskey signs in by mail and adds one.
func (v *visitor) addPasskey(d *deployment, who person) key {
	v.t.Helper()
	v.signIn(d, v.get("/login"), who)
	p := v.get("/account/passkeys")
	home := must[*url.URL](v.t)(url.Parse(d.issuer))
	k := key{virtualwebauthn.RelyingParty{ID: home.Hostname(), Name: "Symbolon", Origin: d.issuer}, virtualwebauthn.NewAuthenticator(), virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeRSA)}
	asked := must[*virtualwebauthn.AttestationOptions](v.t)(virtualwebauthn.ParseAttestationOptions(options(v.t, p)))
	k.device.Options.UserHandle = []byte(asked.UserID)
	done := v.submit(p, "/account/passkeys/add", "credential", virtualwebauthn.CreateAttestationResponse(k.rp, k.device, k.Credential, *asked))
	if done.status != http.StatusOK {
		v.t.Fatalf("the passkey was not added: %d", done.status)
	}
	for _, found := range shownCode.FindAllStringSubmatch(done.body, -1) {
		rememberCode(found[1])
	}
	return k
}

func TestPasskeyChallengeSignsInOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, d *deployment) {
		k := d.visitor(t).addPasskey(d, d.person(t))
		for range rounds(t, 5) {
			v := d.visitor(t)
			p := v.get("/login")
			asked := must[*virtualwebauthn.AssertionOptions](t)(virtualwebauthn.ParseAssertionOptions(options(t, p)))
			k.Counter++
			_, form := p.form(t, "/login/passkey")
			form.Set("credential", virtualwebauthn.CreateAssertionResponse(k.rp, k.device, k.Credential, *asked))
			v.rememberCookies()
			onceInBrowser(t, d, v, 5, "/login/passkey", form, http.StatusBadRequest, http.StatusGone)
		}
	})
}
