package e2e

import (
	"slices"
	"strings"
	"testing"

	chromepage "github.com/chromedp/cdproto/page"
	"golang.org/x/oauth2"
)

// proof is what an ID token tells of the sign-in.
type proof struct {
	ACR string
	AMR []string
}

func proofIn(t testing.TB, token *oauth2.Token) (p proof) {
	t.Helper()
	raw, _ := token.Extra("id_token").(string)
	claimsOf(t, raw, &p)
	return p
}

// byPasskey tells that a passkey was used which verified its person.
func (p proof) byPasskey() bool {
	return p.ACR == "phr" && slices.Contains(p.AMR, "pop") && slices.Contains(p.AMR, "user") && slices.Contains(p.AMR, "mfa")
}

// told returns what the app is told once the tab is back there.
func (s *stage) told(q request) proof {
	s.t.Helper()
	s.see("Back at the app")
	answer, _ := s.cb.await(s.t)
	return proofIn(s.t, s.app.redeem(s.t, q, answer))
}

// allowedAs is allowed, and returns what the app is told.
func (s *stage) allowedAs(q request) proof {
	s.t.Helper()
	s.see("Weather app wants access").press("Allow")
	return s.told(q)
}

// signInByMail signs in on the way to the account.
func (s *stage) signInByMail() *stage {
	s.t.Helper()
	before := len(s.d.post.to(s.who.email))
	s.open(s.d.issuer+"/account").see("Sign in").fill("email", s.who.email).press("Continue with email").see("Check your email")
	s.fill("code", s.d.post.awaitCode(s.t, s.who.email, before).code).press("Sign in")
	return s
}

func (s *stage) signOut() {
	s.t.Helper()
	s.open(s.d.issuer + "/logout").see("Sign out?").press("Sign out").see("You’re signed out")
}

// enrolled signs in by mail and adds a passkey on the account's page.
func (s *stage) enrolled() authenticator {
	s.t.Helper()
	a := newAuthenticator(s.tab)
	s.signInByMail().seeAccount(s.who.email)
	s.open(s.d.issuer + "/account/passkeys").see("Passkeys").rememberChallenge()
	s.press("Add a passkey").see("Recovery codes")
	s.rememberCodes()
	s.press("I’ve saved my codes").see("Passkeys").until("the passkey", func() bool { return strings.Contains(s.text(), "Added") })
	if n := len(a.passkeys()); n != 1 {
		s.t.Fatalf("the authenticator keeps %d passkeys", n)
	}
	return a
}

func TestPasskeySignsInByAutofillAndByButton(t *testing.T) {
	t.Parallel()
	s := onStage(t, onSQLite(t), newTab(t))
	s.enrolled()
	s.signOut()
	q := s.app.begin()
	s.open(q.url) // the browser fills in what it has, and its person only looks at it
	if p := s.allowedAs(q); !p.byPasskey() {
		t.Errorf("by autofill: %+v", p)
	}
	s.signOut()
	s.withoutAutofill()
	q = s.app.begin()
	s.open(q.url).see("Sign in to Weather app").press("Sign in with a passkey")
	if p := s.allowedAs(q); !p.byPasskey() {
		t.Errorf("by the button: %+v", p)
	}
	if n := len(s.d.post.to(s.who.email)); n != 3 { // the code, the passkey, the recovery codes
		t.Errorf("%d mails: %v", n, subjects(s.d.post.to(s.who.email)))
	}
}

// Safari before 18.4 neither reads nor writes JSON, and what some password managers make has a toJSON
// that does not work.
func TestPasskeyNeedsNoBrowserThatSpeaksJSON(t *testing.T) {
	t.Parallel()
	s := onStage(t, onSQLite(t), newTab(t).withoutAutofill())
	tell(s.tab, chromepage.AddScriptToEvaluateOnNewDocument, chromepage.AddScriptToEvaluateOnNewDocumentParams{Source: `
		delete PublicKeyCredential.parseCreationOptionsFromJSON;
		delete PublicKeyCredential.parseRequestOptionsFromJSON;
		PublicKeyCredential.prototype.toJSON = () => { throw new TypeError("Illegal invocation"); };`})
	a := s.enrolled()
	if !a.passkeys()[0].IsResidentCredential {
		t.Error("not discoverable")
	}
	s.signOut()
	q := s.app.begin()
	s.open(q.url).see("Sign in to Weather app").press("Sign in with a passkey")
	if p := s.allowedAs(q); !p.byPasskey() {
		t.Errorf("%+v", p)
	}
}

func TestCancelledCeremonyLeavesThePageUsable(t *testing.T) {
	t.Parallel()
	s := onStage(t, onSQLite(t), newTab(t))
	a := s.enrolled()
	s.signOut()
	a.presence(false)
	q := s.app.begin()
	s.open(q.url).see("Sign in to Weather app").press("Sign in with a passkey")
	l := s.mail(q) // nobody touched it: another way is as good
	s.fill("code", l.code).press("Sign in")
	s.allowed(q)
	s.signOut()

	s.withoutAutofill()
	a.presence(true)
	kept := a.passkeys()[0]
	a.forget()
	q = s.app.begin()
	s.open(q.url).see("Sign in to Weather app").press("Sign in with a passkey")
	s.until("what to do", func() bool { return strings.Contains(s.text(), "That was canceled or timed out.") })
	a.keep(kept)
	s.press("Sign in with a passkey")
	if p := s.allowedAs(q); !p.byPasskey() {
		t.Errorf("%+v", p)
	}
}

// A browser does one ceremony at a time: autofill makes way for the button, and waits again when
// nothing came of that.
func TestAutofillWaitsAgainAfterACancelledCeremony(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	tell(b, chromepage.AddScriptToEvaluateOnNewDocument, chromepage.AddScriptToEvaluateOnNewDocumentParams{Source: `
		window.asked = [];
		PublicKeyCredential.isConditionalMediationAvailable = async () => true;
		navigator.credentials.get = (options) => new Promise((_, fail) => {
			asked.push(options.mediation ?? "modal");
			options.signal?.addEventListener("abort", () => { asked.push("aborted"); fail(options.signal.reason); });
			if (!options.mediation) fail(new DOMException("", "NotAllowedError"));
		})`})
	b.open(onSQLite(t).issuer + "/login").see("Sign in")
	for _, want := range []string{"conditional", "conditional aborted modal conditional", "conditional aborted modal conditional aborted modal conditional"} {
		b.until(want, func() bool { return b.ask(`asked.join(" ")`) == want })
		b.press("Sign in with a passkey")
	}
}

func TestRemovedPasskeyIsRefusedAndForgotten(t *testing.T) {
	t.Parallel()
	s := onStage(t, onSQLite(t), newTab(t))
	a := s.enrolled()
	kept := a.passkeys()[0]
	s.press("Confirm it’s you").see("Confirm it’s you").press("Use your passkey").see("Passkeys")
	s.press("Change").press("Remove passkey").until("nothing left", func() bool { return strings.Contains(s.text(), "No passkeys yet") })
	s.until("the browser to forget what the account has not", func() bool { return len(a.passkeys()) == 0 })
	s.signOut()

	a.keep(kept) // as a device that was off meanwhile
	s.withoutAutofill()
	s.open(s.d.issuer + "/login").see("Sign in").press("Sign in with a passkey")
	s.until("what is wrong", func() bool { return strings.Contains(s.text(), "We don’t recognize this passkey") })
	s.until("the browser to forget what is unknown", func() bool { return len(a.passkeys()) == 0 })
	s.signInByMail().seeAccount(s.who.email)
}

func TestPasswordManagerLearnsWhatWorksAndWhatTheAccountIsCalled(t *testing.T) {
	t.Parallel()
	s := onStage(t, onSQLite(t), newTab(t).withoutAutofill())
	a := s.enrolled()
	kept := *a.passkeys()[0]
	stale := kept
	stale.CredentialID = []byte("of a passkey that was removed elsewhere")
	s.signOut()
	for _, signIn := range []func(){
		func() { s.signInByMail().seeAccount(s.who.email); s.signOut() },
		func() {
			q := s.app.begin()
			l := s.mail(q)
			s.fill("code", l.code).press("Sign in")
			s.allowed(q)
		},
	} {
		a.forget() // it takes one for each account
		a.keep(&stale)
		signIn()
		s.until("the browser to forget what does not work", func() bool { return len(a.passkeys()) == 0 })
	}
	a.keep(&kept)
	s.open(s.d.issuer+"/account/profile").see("Profile").fill("name", "Ada, Countess of Lovelace").press("Save")
	s.until("the new name", func() bool { return a.passkeys()[0].UserDisplayName == "Ada, Countess of Lovelace" })
}

func TestStepUpAsksForThePasskeyAndTellsTheTruth(t *testing.T) {
	t.Parallel()
	s := onStage(t, onSQLite(t), newTab(t).withoutAutofill())
	a := s.enrolled()
	s.signOut()
	q := s.app.begin()
	l := s.mail(q)
	s.fill("code", l.code).press("Sign in")
	if p := s.allowedAs(q); p.ACR != "urn:symbolon:acr:mail" || slices.Contains(p.AMR, "mfa") {
		t.Errorf("by mail alone: %+v", p)
	}
	q = s.app.begin("acr_values", "urn:example:unknown phr")
	a.verifies(false)
	s.open(q.url).see("Confirm it’s you").press("Use your passkey")
	s.until("that it was canceled", func() bool { return strings.Contains(s.text(), "That was canceled") })
	a.verifies(true)
	s.press("Use your passkey")
	if p := s.allowedAs(q); !p.byPasskey() {
		t.Errorf("acr_values: %+v", p)
	}
	q = s.app.begin("prompt", "login")
	s.open(q.url).see("Confirm it’s you").press("Sign in with a passkey")
	if p := s.allowedAs(q); !p.byPasskey() {
		t.Errorf("prompt=login: %+v", p)
	}
}

func TestPasskeyIsOfferedAfterAMailToBrowsersThatMakeOne(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b.forgetCookies())
		a := newAuthenticator(b)
		q := s.app.begin()
		l := s.mail(q)
		s.fill("code", l.code).press("Sign in")
		if !b.script { // it makes none
			s.allowed(q)
			return
		}
		s.see("Sign in faster next time").rememberChallenge()
		s.press("Add a passkey").see("Recovery codes")
		s.rememberCodes()
		s.press("I’ve saved my codes")
		s.allowed(q)
		if n := len(a.passkeys()); n != 1 {
			t.Fatalf("%d passkeys", n)
		}
		s.signOut()
		s.open(d.issuer + "/account").seeAccount(s.who.email) // by autofill
	})
}

func TestPasskeyOfOneNodeSignsInOnTheOther(t *testing.T) {
	t.Parallel()
	d := ownCluster(t)
	s := onStage(t, d, newTab(t).withoutAutofill())
	d.front.use(d.nodes[0])
	s.enrolled()
	s.signOut()
	d.front.use(d.nodes[1])
	q := s.app.begin()
	s.open(q.url).see("Sign in to Weather app")
	d.front.use(d.nodes[0]) // asked by one, answered to the other
	s.press("Sign in with a passkey")
	if p := s.allowedAs(q); !p.byPasskey() {
		t.Errorf("%+v", p)
	}
	d.front.use(d.nodes[1])
	q = s.app.begin("prompt", "login")
	s.open(q.url).see("Confirm it’s you").press("Sign in with a passkey")
	if p := s.allowedAs(q); !p.byPasskey() {
		t.Errorf("%+v", p)
	}
}

// rememberCodes returns the recovery codes that the page shows.
func (s *stage) rememberCodes() []string {
	s.t.Helper()
	codes := strings.Fields(s.ask(`[...document.querySelectorAll("ol.codes code")].map(c => c.innerText).join(" ")`))
	if len(codes) != 10 {
		s.t.Fatalf("the page shows %d recovery codes", len(codes))
	}
	for _, code := range codes {
		rememberCode(code)
	}
	return codes
}
