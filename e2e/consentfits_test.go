package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// consentInSight says whether Allow is in sight and primary, and how much of what it allows the bar with it covers.
const consentInSight = `(() => {
	const allow = document.querySelector("button[value=allow]"), bar = allow.closest("form").getBoundingClientRect().top
	const read = [...document.querySelectorAll("h1, .as, .scopes li")]
	const covered = read.filter(e => e.getBoundingClientRect().bottom > bar + 1).length
	const bottom = allow.getBoundingClientRect().bottom
	return [bottom <= innerHeight, !allow.classList.contains("plain"), read.length, covered, bottom, innerHeight].join(" ")
})()`

func TestConsentFitsAPhoneAndALaptop(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b, "--redirect-uri", webCallback)
		s.app.config.RedirectURL = webCallback
		l := s.mail(s.app.begin("scope", "openid profile email offline_access"))
		s.fill("code", l.code).press("Sign in").see("Weather app wants access")
		for name, size := range map[string][2]int64{"phone": {390, 664}, "small phone": {360, 640}, "laptop": {1280, 720}, "small laptop": {1366, 657}} {
			tell(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: size[0], Height: size[1], DeviceScaleFactor: 1, Mobile: size[0] < 600})
			if got := b.ask(consentInSight); !strings.HasPrefix(got, "true true 6 0 ") {
				t.Errorf("%s: %s", name, got)
			}
		}
	})
}

// accountBesideItsIcon says whether a long address begins beside its icon, on the same line, and ends within the page.
const accountBesideItsIcon = `(() => {
	const account = document.querySelector(".as bdi")
	account.textContent = "ada." + "lovelace".repeat(9) + "@example.com"
	const icon = document.querySelector(".as .i").getBoundingClientRect(), [line] = account.getClientRects()
	return [line.left >= icon.right, line.top < icon.bottom && icon.top < line.bottom, document.documentElement.scrollWidth <= innerWidth].join(" ")
})()`

func TestLongAddressStaysBesideItsIcon(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		l := s.mail(s.app.begin())
		s.fill("code", l.code).press("Sign in").see("Weather app wants access")
		for _, look := range looks() {
			b.wear(look)
			if got := b.ask(accountBesideItsIcon); got != "true true true" {
				t.Errorf("%s: %s", look.name, got)
			}
		}
	})
}
