package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestMethodsThatAreOffAreNotThere(t *testing.T) {
	t.Parallel()
	p, issuer := startDev(t, t.TempDir(), "SYMBOLON_SIGN_IN_METHODS=passkey")
	t.Cleanup(p.kill)
	b := newTab(t)
	b.open(issuer + "/login").see("Sign in")
	if n := b.ask(`String(document.querySelectorAll("input[name=email], .or:not([hidden] *)").length)`); n != "1" { // between the passkey and the demo users
		t.Errorf("%s fields and dividers", n)
	}
	b.press("Alice").seeAccount("alice@example.com")
	sections := b.ask(`[...document.querySelectorAll("nav li")].map(e => e.innerText).join()`)
	if sections != "Home,Passkeys,Browsers,Apps and agents,Activity,Profile,Your data,Delete your account" {
		t.Errorf("the account has %s", sections)
	}
	if text := b.text(); strings.Contains(text, "Backup email") {
		t.Errorf("a second address is offered, by which nobody gets in:\n%s", text)
	}
	for _, path := range []string{"/login/mail", "/login/totp", "/login/recovery", "/account/app", "/account/codes"} {
		response, err := httpClient().Get(issuer + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if !slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed}, response.StatusCode) {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
}
