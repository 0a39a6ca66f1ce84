package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// device is an app on a machine without a browser.
func (d *deployment) device(t testing.TB) *app {
	t.Helper()
	a := &app{d: d, http: httpClient()}
	a.registered = d.create(t, "client", "--name", "Weather clock", "--public", "--grant-type", deviceGrant, "--grant-type", "refresh_token")
	return a
}

// shows begins, and returns the code that the device shows and the one it keeps.
func (a *app) shows(t testing.TB) (userCode, deviceCode string) {
	t.Helper()
	r := a.call(t, a.d.issuer, "/device_authorization", "scope", "openid email")
	if r.status != http.StatusOK || r.text("verification_uri") != a.d.issuer+"/device" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	return r.text("user_code"), lab.seen.secret("device code", r.text("device_code"))
}

func TestDeviceIsConnectedOnItsPage(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := &stage{tab: b, d: d, app: d.device(t), who: d.person(t)}
		shown, kept := s.app.shows(t)
		refused(t, "not allowed yet", http.StatusBadRequest, "authorization_pending",
			s.app.call(t, d.issuer, "/token", "grant_type", deviceGrant, "device_code", kept))
		s.open(d.issuer+"/device").see("Connect a device").fill("user_code", strings.ToLower(shown)).press("Continue")
		s.see("Sign in")
		before := len(d.post.to(s.who.email))
		s.fill("email", s.who.email).press("Continue with email").see("Check your email")
		s.fill("code", d.post.awaitCode(t, s.who.email, before).code).press("Sign in")
		s.see("Did you start Weather clock on your device?")
		if text := s.text(); !strings.Contains(text, shown) || !strings.Contains(text, s.who.email) {
			t.Errorf("neither the code nor the account is shown:\n%s", text)
		}
		s.press("Yes, connect it").see("Your device is connected")
		d.post.awaitSubject(t, s.who.email, "Weather clock now has access to your account")
		var got reply
		within(t, 15*time.Second, "the device's tokens", func() bool {
			got = s.app.call(t, d.issuer, "/token", "grant_type", deviceGrant, "device_code", kept)
			return got.status == http.StatusOK
		})
		var claims struct{ Sub, Email string }
		claimsOf(t, got.text("id_token"), &claims)
		if claims.Sub != s.who.id || claims.Email != s.who.email {
			t.Errorf("%+v", claims)
		}
		refused(t, "the code again", http.StatusBadRequest, "invalid_grant",
			s.app.call(t, d.issuer, "/token", "grant_type", deviceGrant, "device_code", kept))
	})
}
