package e2e

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// phone has an authenticator app with one key in it.
type phone struct {
	t    testing.TB
	key  string
	last int64 // step of the code it gave last
}

const stepLength = 30 // seconds

func newPhone(t testing.TB, key string) *phone {
	t.Helper()
	key = strings.Join(strings.Fields(key), "")
	rememberSeed(t, key)
	return &phone{t: t, key: key}
}

// code is one that was not given before: a server that takes no code twice takes the next one a
// little early, for clocks that are off.
func (p *phone) code() string {
	p.t.Helper()
	step := max(p.last+1, time.Now().Unix()/stepLength)
	for step > time.Now().Unix()/stepLength+1 {
		time.Sleep(100 * time.Millisecond)
	}
	p.last = step
	return must[string](p.t)(totp.GenerateCode(p.key, time.Unix(step*stepLength, 0)))
}

// withApp signs in by mail and sets an authenticator app up on the account's page.
func (s *stage) withApp() (*phone, []string) {
	s.t.Helper()
	s.signInByMail().seeAccount(s.who.email)
	s.open(s.d.issuer + "/account/app").see("Authenticator app").press("Set up an app")
	s.until("a key", func() bool { return s.ask(`document.querySelector("code.key")?.innerText ?? ""`) != "" })
	p := newPhone(s.t, s.ask(`document.querySelector("code.key").innerText`))
	s.fill("code", p.code()).press("Turn on").see("Recovery codes")
	codes := s.rememberCodes()
	s.press("I’ve saved my codes").see("Authenticator app")
	return p, codes
}

// confirming signs in by mail as far as the page that asks for more.
func (s *stage) confirming(q request) {
	s.t.Helper()
	l := s.mail(q)
	s.fill("code", l.code).press("Sign in").see("Confirm it’s you")
}

func (p proof) byTwoFactors() bool {
	return p.ACR == "urn:symbolon:acr:mfa" && slices.Contains(p.AMR, "mfa")
}

func TestAuthenticatorAppIsAskedForAndItsCodesWorkOnce(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		phone, _ := s.withApp()
		s.signOut()
		q := s.app.begin()
		s.confirming(q)
		s.another().open(d.issuer + "/account").see("Sign in") // half a sign-in is none
		code := phone.code()
		s.fillIn("#totp", "12345").press("Continue").until("a hint", func() bool { return strings.Contains(s.text(), "Enter the 6-digit code.") })
		s.fillIn("#totp", code[:3]+" "+code[3:]).press("Continue")
		if p := s.allowedAs(q); !p.byTwoFactors() || !slices.Contains(p.AMR, "otp") {
			t.Errorf("%+v", p)
		}
		s.signOut()
		q = s.app.begin()
		s.confirming(q)
		s.fillIn("#totp", code).press("Continue").until("a refusal", func() bool { return strings.Contains(s.text(), "already used") })
		s.reload().see("Confirm it’s you")
		s.open(d.issuer + "/account").see("Sign in")
	})
}

func TestRecoveryCodeSignsInOnce(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		_, codes := s.withApp()
		s.signOut()
		q := s.app.begin()
		s.confirming(q)
		s.press("Use a recovery code").fillIn("#recovery", strings.ToUpper(codes[3])).press("Use this code")
		s.notNow()
		if p := s.allowedAs(q); !p.byTwoFactors() {
			t.Errorf("%+v", p)
		}
		s.open(d.issuer+"/account/codes").see("Recovery codes").until("nine left", func() bool { return strings.Contains(s.text(), "9") })
		s.signOut()
		s.confirming(s.app.begin())
		s.press("Use a recovery code").fillIn("#recovery", codes[3]).press("Use this code")
		s.until("a refusal", func() bool { return s.ask(`document.querySelector("#recovery-error")?.innerText ?? ""`) != "" })
		s.open(d.issuer + "/account").see("Sign in")
		d.post.awaitSubject(t, s.who.email, "A recovery code was used")
	})
}

var (
	shownKey  = regexp.MustCompile(`<code class="key">([^<]+)</code>`)
	shownCode = regexp.MustCompile(`<li><code>([^<]+)</code>`)
)

// addApp sets an authenticator app up, signed in by mail.
func (v *visitor) addApp(d *deployment, who person) (*phone, []string) {
	v.t.Helper()
	v.signIn(d, v.get("/login"), who)
	proposed := v.submit(v.get("/account/app"), "/account/app/begin")
	key := shownKey.FindStringSubmatch(proposed.body)
	if key == nil {
		v.t.Fatalf("no key (%d):\n%s", proposed.status, proposed.body)
	}
	p := newPhone(v.t, key[1])
	var codes []string
	for _, found := range shownCode.FindAllStringSubmatch(v.submit(proposed, "/account/app/confirm", "code", p.code()).body, -1) {
		codes = append(codes, rememberCode(found[1]))
	}
	if len(codes) != 10 {
		v.t.Fatalf("%d recovery codes", len(codes))
	}
	return p, codes
}

func TestSecondFactorsSignInOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, d *deployment) {
		for range rounds(t, 5) {
			who := d.person(t)
			phone, codes := d.visitor(t).addApp(d, who)
			for path, code := range map[string]string{"/login/totp": phone.code(), "/login/recovery": codes[0]} {
				v := d.visitor(t)
				codePage, l := v.askForMail(d, v.get("/login"), who)
				second := v.follow(v.submit(codePage, "/login/mail/code", "code", l.code))
				_, form := second.form(t, path)
				form.Set("code", code)
				v.rememberCookies()
				onceInBrowser(t, d, v, 5, path, form, http.StatusBadRequest, http.StatusGone)
			}
		}
	})
}
