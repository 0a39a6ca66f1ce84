package templates

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/symbolon-id/symbolon/i18n"
)

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// Without JavaScript or WebAuthn no user sees a button that does nothing, nor an "or" before it.
func TestPasskeyButtonIsHiddenUntilTheScriptShowsIt(t *testing.T) {
	p := mustNew(t, Brand{})
	offer := PasskeyOffer{Action: "/login/passkey", OptionsJSON: options}
	for _, page := range []Page{
		SignIn{Offers: []Offer{MailOffer{}, offer}}, SecondFactor{Offers: []Offer{offer, TOTPOffer{}}},
		EnrolPasskey{Skip: "/skip"}, Passkeys{Add: "/add", OptionsJSON: options},
	} {
		shown := 0
		for _, form := range elements(render(t, p, page), "form") {
			for _, button := range elements(form, "button") {
				if has(form, "data-passkey") && !within(button, "data-passkeys") {
					shown++
				}
			}
		}
		if shown > 0 {
			t.Errorf("%T: %d buttons of passkeys are shown", page, shown)
		}
	}
}

func within(n *html.Node, key string) bool {
	for ; n != nil; n = n.Parent {
		if has(n, key) && has(n, "hidden") {
			return true
		}
	}
	return false
}

func TestPagesWithoutPasskeysLoadNoScript(t *testing.T) {
	p := mustNew(t, Brand{})
	for _, page := range []Page{SignIn{Offers: []Offer{MailOffer{}}}, SecondFactor{Offers: []Offer{TOTPOffer{}, RecoveryOffer{}}}} {
		if n := len(elements(render(t, p, page), "script")); n != 0 {
			t.Errorf("%T: %d scripts", page, n)
		}
	}
}

func TestOptionsAndSignalsReachTheScriptUnchanged(t *testing.T) {
	options := `{"challenge":"A-_A","rpId":"example.org","x":"\"<&'\u2028"}`
	tree := render(t, mustNew(t, Brand{}), SignIn{Offers: []Offer{PasskeyOffer{OptionsJSON: options}},
		Signals: []Signal{SignalAll{RPID: "example.org", UserID: "dQ", CredentialIDs: []string{"A-", "_A"}}}})
	found := map[string]string{}
	for n := range tree.Descendants() {
		for _, a := range n.Attr {
			found[a.Key] = a.Val
		}
	}
	if found["data-options"] != options {
		t.Errorf("options %q", found["data-options"])
	}
	var all map[string]any
	if err := json.Unmarshal([]byte(found["data-signal-all"]), &all); err != nil {
		t.Fatal(err)
	}
	if ids, _ := all["allAcceptedCredentialIds"].([]any); all["rpId"] != "example.org" || all["userId"] != "dQ" || len(ids) != 2 {
		t.Errorf("signal %v", all)
	}
}

func TestRefusedRecoveryCodeIsNotFoldedAway(t *testing.T) {
	p := mustNew(t, Brand{})
	for problem, open := range map[i18n.Text]bool{"": false, "That code is not right.": true} {
		tree := render(t, p, SecondFactor{Offers: []Offer{TOTPOffer{}, RecoveryOffer{Error: problem}}})
		if got := has(elements(tree, "details")[0], "open"); got != open {
			t.Errorf("error %q: open %v", problem, got)
		}
	}
}

// require-trusted-types-for 'script' would stop these, and no test of ours would notice.
func TestScriptsWriteNoMarkup(t *testing.T) {
	for _, name := range []string{"passkey.js", "account.js", "form-post.js"} {
		script, err := files.ReadFile("static/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, sink := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc", ".src ="} {
			if strings.Contains(string(script), sink) {
				t.Errorf("%s uses %s", name, sink)
			}
		}
	}
}

func TestOnlyAnAuthenticatorIsOpenedByItsKey(t *testing.T) {
	p := mustNew(t, Brand{})
	for _, uri := range []string{"https://evil.example/", "javascript:alert(1)", "otpauth://hotp/x", " otpauth://totp/x"} {
		page := AuthenticatorApp{Key: "JBSWY3DP", URI: uri}
		if err := p.Render(httptest.NewRecorder(), 200, page); err == nil {
			t.Errorf("rendered a link to %q", uri)
		}
	}
}
