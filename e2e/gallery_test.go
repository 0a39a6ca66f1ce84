package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	chromepage "github.com/chromedp/cdproto/page"
)

// look is a way to see a page.
type look struct {
	name     string
	width    int64
	features []*emulation.MediaFeature
}

func looks() []look {
	light := &emulation.MediaFeature{Name: "prefers-color-scheme", Value: "light"}
	dark := &emulation.MediaFeature{Name: "prefers-color-scheme", Value: "dark"}
	forced := &emulation.MediaFeature{Name: "forced-colors", Value: "active"}
	return []look{
		{"light-1280", 1280, []*emulation.MediaFeature{light}},
		{"dark-1280", 1280, []*emulation.MediaFeature{dark}},
		{"light-320", 320, []*emulation.MediaFeature{light}},
		{"dark-320", 320, []*emulation.MediaFeature{dark}},
		{"forced-1280", 1280, []*emulation.MediaFeature{forced}},
	}
}

func (b *tab) wear(l look) {
	b.t.Helper()
	tell(b, chromepage.BringToFront, cdp.Empty{})
	tell(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: 800, DeviceScaleFactor: 1, Mobile: l.width < 600})
	tell(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: l.features})
	b.until("the page laid out and at rest", func() bool {
		return b.ask(`innerWidth + " " + document.getAnimations().filter(a => a.playState === "running").length`) == fmt.Sprintf("%d 0", l.width)
	})
}

// walk shows every page there is.
func walk(t *testing.T, show func(b *tab, name string)) {
	t.Helper()
	d := onSQLite(t)
	someone := func(t *testing.T) *stage {
		return onStage(t, d, newTab(t), "--redirect-uri", "com.example.app:/callback", "--redirect-uri", webCallback, "--audience", weather, "--authorization-details-type", "payment", "--authorization-details-type", "files")
	}
	chapters := map[string]func(t *testing.T){
		"signing in":  func(t *testing.T) { pagesOfSigningIn(someone(t), show) },
		"account":     func(t *testing.T) { pagesOfTheAccount(someone(t), show) },
		"factors":     func(t *testing.T) { pagesOfFactors(someone(t), show) },
		"devices":     func(t *testing.T) { pagesOfDevices(newTab(t), d, show) },
		"signing out": func(t *testing.T) { pagesOfSigningOut(newTab(t), d, show) },
		"errors":      func(t *testing.T) { pagesOfErrors(someone(t), show) },
		"dev":         func(t *testing.T) { pagesOfDev(t, show) },
	}
	t.Run("pages", func(t *testing.T) {
		for name, pages := range chapters {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				pages(t)
			})
		}
	})
}

func pagesOfSigningIn(s *stage, show func(b *tab, name string)) {
	s.t.Helper()
	q := s.app.begin("resource", weather)
	s.open(q.url).see("Sign in to Weather app")
	show(s.tab, "signin")
	s.fill("email", "ada@example").press("Continue with email").until("a hint", func() bool { return s.ask(`document.querySelector("#email-error")?.innerText ?? ""`) != "" })
	show(s.tab, "signin-problem")
	eager := newTab(s.t)
	for i := range 4 {
		eager.open(s.d.issuer+"/login").see("Sign in").fill("email", "eager@example.org").press("Continue with email")
		if i < 3 {
			eager.see("Check your email")
		}
	}
	eager.until("how long to wait, and another way", func() bool {
		return strings.Contains(eager.text(), "Too many emails were requested. Try again in 10 minutes.") && strings.Contains(eager.text(), "Sign in with a passkey")
	})
	show(eager, "signin-too-many")
	l := s.mail(q)
	show(s.tab, "mail-sent")
	s.fill("code", "12").press("Sign in").until("a hint", func() bool { return s.ask(`document.querySelector("#code-error")?.innerText ?? ""`) != "" })
	show(s.tab, "mail-sent-problem")
	other := newTab(s.t)
	other.open(l.link).see("Your code")
	show(other, "mail-link-other-browser")
	s.open(l.link).see("Sign in to Weather app")
	show(s.tab, "mail-link")
	s.press("Sign in").see("Weather app wants access")
	show(s.tab, "consent")
	approved := s.another()
	s.app.config.RedirectURL = webCallback
	approved.open(s.app.begin().url).see("Weather app wants access")
	show(approved, "consent-approved")
	s.app.config.RedirectURL = s.cb.url
	detailed := s.another()
	detailed.open(s.app.begin("authorization_details", paymentAndFiles).url).see("Weather app wants access")
	show(detailed, "consent-details")
	s.app.config.RedirectURL = "com.example.app:/callback" // no program takes it: the page stays to be looked at
	leaving := s.another()
	leaving.open(s.app.begin().url).see("Weather app wants access").press("Allow").see("Back to Weather app")
	show(leaving, "hand-off")
	s.open(s.app.begin("prompt", "login").url).see("Confirm it’s you")
	show(s.tab, "confirm")
	s.open(s.app.begin("prompt", "select_account").url).see("Continue to Weather app")
	show(s.tab, "select-account")
	s.open(s.d.issuer + "/account").seeAccount(s.who.email)
	show(s.tab, "account")
	s.open(s.d.issuer + "/logout").see("Sign out?")
	show(s.tab, "sign-out")
	s.press("Sign out").see("You’re signed out")
	show(s.tab, "signed-out")
	s.app.config.RedirectURL = s.cb.url
	still := newTab(s.t).withoutScript()
	still.open(s.app.begin("response_mode", "form_post", "prompt", "none").url).see("Back to Weather app")
	tell(still, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: false}) // whoever looks may need it
	show(still, "form-post")
}

func pagesOfErrors(s *stage, show func(b *tab, name string)) {
	s.t.Helper()
	s.open(s.d.issuer + s.app.changed(s.t, "redirect_uri", "https://evil.test/callback")).see("We could not complete this request")
	show(s.tab, "refused")
	s.open(s.d.issuer + "/nowhere").see("Page not found")
	show(s.tab, "not-found")
	s.open(s.d.issuer + "/login/mail/x").see("no longer works")
	show(s.tab, "dead-link")
	s.open(s.d.issuer + "/login?request=gone").see("This sign-in is no longer active")
	show(s.tab, "request-gone")
}

func pagesOfDev(t *testing.T, show func(b *tab, name string)) {
	t.Helper()
	issuer := devServer(t)
	b := newTab(t)
	b.open(issuer + "/dev/mail").see("Mailbox")
	show(b, "dev-mail-empty")
	b.open(issuer + "/login").see("Sign in")
	show(b, "dev-signin")
	b.fill("email", "alice@example.com").press("Continue with email").see("Check your email")
	b.until("a mail", func() bool { return len(devMails(t, issuer)) > 0 })
	b.open(issuer + "/dev/mail").see("Mailbox")
	show(b, "dev-mail")
	b.open(issuer + "/dev/playground").see("Playground")
	show(b, "dev-playground")
	walkPlayground(b, issuer)
	show(b, "dev-playground-done")
	pagesOfConsent(t, issuer, newTab(t), show)
}
