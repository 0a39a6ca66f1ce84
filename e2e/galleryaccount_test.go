package e2e

import (
	"encoding/json"
	"strings"
)

// accountPages are those that everybody has, by their name in the address and their heading.
func accountPages() [][2]string {
	return [][2]string{
		{"passkeys", "Passkeys"}, {"app", "Authenticator app"}, {"codes", "Recovery codes"}, {"sessions", "Browsers"},
		{"connections", "Apps and agents"}, {"activity", "Activity"}, {"profile", "Profile"}, {"export", "Your data"},
		{"delete", "Delete your account"},
	}
}

// pagesOfTheAccount: as they are for somebody new, then in use.
func pagesOfTheAccount(s *stage, show func(b *tab, name string)) {
	s.t.Helper()
	q := s.app.begin()
	l := s.mail(q)
	s.fill("code", l.code).press("Sign in")
	s.allowed(q)
	v := s.d.visitor(s.t) // another session
	v.signIn(s.d, v.get("/login"), s.who)
	for _, p := range accountPages() {
		s.open(s.d.issuer + "/account/" + p[0]).see(p[1])
		show(s.tab, "account-"+p[0])
	}
	s.open(s.d.issuer + "/account/others").see("Sign out everything else?")
	show(s.tab, "account-others")
	s.open(s.d.issuer+"/account/profile").see("Profile").press("More about you").fill("given_name", "Ada").fill("phone_number", "030 901820").press("Save")
	s.until("what is wrong", func() bool { return strings.Contains(s.text(), "Start the phone number with + and the country code.") })
	show(s.tab, "account-profile-more")
	s.open(s.d.issuer+"/account/profile").see("Profile").press("Change").fill("email", "new."+s.who.email).press("Send a code")
	s.until("a code to type", func() bool { return strings.Contains(s.text(), "A code is on its way") })
	show(s.tab, "account-profile-pending")
	letter := s.d.post.await(s.t, "new."+s.who.email, 1)
	_, rest, _ := strings.Cut(letter.text, s.d.issuer+"/account/email/link/")
	s.open(s.d.issuer + "/account/email/link/" + strings.Fields(rest)[0]).see("Confirm your email address")
	show(s.tab, "confirm-email")
	s.press("Use this address").until("the new address", func() bool { return strings.Contains(s.text(), "new.") })
	show(s.tab, "account-done")
	s.pagesOfTheSecondAddress(show)
	s.open(s.d.issuer + "/account/delete").see("Delete your account").press("Delete my account").see("You’re signed out")
	show(s.tab, "account-deleted")
}

func (s *stage) pagesOfTheSecondAddress(show func(b *tab, name string)) {
	s.t.Helper()
	s.open(s.d.issuer + "/account/profile").see("Profile")
	s.run(clickIn("second", "Add"))
	s.fillIn("#second-email", "second."+s.who.email)
	s.run(clickIn("second", "Send a code"))
	s.until("a code to type", func() bool { return strings.Contains(s.text(), "A code is on its way") })
	show(s.tab, "account-second-pending")
	letter := s.d.post.await(s.t, "second."+s.who.email, 1)
	_, rest, _ := strings.Cut(letter.text, s.d.issuer+"/account/email/link/")
	s.open(s.d.issuer + "/account/email/link/" + strings.Fields(rest)[0]).see("Confirm your email address")
	show(s.tab, "confirm-second-email")
	s.press("Use this address").until("the second address", func() bool { return strings.Contains(s.text(), "second.") })
	s.run(clickIn("second", "Change"))
	show(s.tab, "account-second")
	s.open(s.d.issuer + "/account").seeAccount(s.who.email)
	show(s.tab, "account-home-second")
}

// pagesOfFactors: enrolling them, being asked for them, and losing them.
func pagesOfFactors(s *stage, show func(b *tab, name string)) {
	s.t.Helper()
	s.withoutAutofill()
	newAuthenticator(s.tab)
	s.forgetCookies()
	l := s.mail(s.app.begin())
	s.fill("code", l.code).press("Sign in").see("Sign in faster next time")
	show(s.tab, "enrol-passkey")
	s.press("Not now").see("Weather app wants access")
	s.open(s.d.issuer + "/account/app").see("Authenticator app").press("Set up an app")
	s.until("a key", func() bool { return s.ask(`document.querySelector("code.key")?.innerText ?? ""`) != "" })
	p := newPhone(s.t, s.ask(`document.querySelector("code.key").innerText`))
	show(s.tab, "account-app-key")
	s.fill("code", "000000").press("Turn on").until("a hint", s.hinted)
	show(s.tab, "account-app-key-problem")
	s.fill("code", p.code()).press("Turn on").see("Recovery codes")
	s.rememberCodes()
	show(s.tab, "account-codes-shown")
	s.press("I’ve saved my codes").see("Authenticator app")
	show(s.tab, "account-app-confirm-first") // mail is not enough any more to change it
	s.press("Confirm it’s you").see("Confirm it’s you")
	show(s.tab, "second-factor-confirm")
	s.fillIn("#totp", p.code()).press("Continue").see("Authenticator app")
	show(s.tab, "account-app-on")
	s.open(s.d.issuer+"/account/passkeys").see("Passkeys").press("Add a passkey").until("one", func() bool { return strings.Contains(s.text(), "Added") })
	s.press("Change")
	show(s.tab, "account-passkeys-one")
	s.signOut()
	s.confirming(s.app.begin())
	show(s.tab, "second-factor")
	s.press("Use a recovery code").fillIn("#recovery", "xxxx").press("Use this code").until("a hint", s.hinted)
	show(s.tab, "second-factor-problem")
	var made struct{ Link string }
	if err := json.Unmarshal(s.d.command(s.t, "user", "recover", s.who.email, "--json"), &made); err != nil {
		s.t.Fatal(err)
	}
	s.open(made.Link).see("Recover your account")
	show(s.tab, "recover-account")
}

func (b *tab) hinted() bool {
	return b.ask(`document.querySelector(".error:not([hidden])")?.innerText ?? ""`) != ""
}

func pagesOfDevices(b *tab, d *deployment, show func(b *tab, name string)) {
	b.t.Helper()
	s := &stage{tab: b, d: d, app: d.device(b.t), who: d.person(b.t)}
	s.signInByMail().seeAccount(s.who.email)
	s.open(d.issuer + "/device").see("Connect a device")
	show(b, "device")
	s.fill("user_code", "AAAA").press("Continue").until("a hint", s.hinted)
	show(b, "device-problem")
	for _, answer := range [][2]string{{"Yes, connect it", "Your device is connected"}, {"Don’t connect", "Device not connected"}} {
		shown, _ := s.app.shows(b.t)
		s.open(d.issuer + "/device?user_code=" + shown).see("Connect a device").press("Continue").see("Did you start")
		show(b, "device-confirm")
		s.press(answer[0]).see(answer[1])
		show(b, "device-"+strings.Fields(answer[1])[0])
	}
}
