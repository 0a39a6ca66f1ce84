package magiclink_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage"
)

// app gives Ada a confirmed authenticator app.
func (d *deployment) app(t *testing.T) {
	t.Helper()
	proposed := storage.TOTP{UserID: "u_ada", Seed: []byte("sealed"), CreatedAt: d.Clock.Now()}
	if err := d.DB.ProposeTOTP(t.Context(), proposed); err != nil {
		t.Fatal(err)
	}
	if err := d.DB.ConfirmTOTP(t.Context(), proposed, 1, d.Clock.Now()); err != nil {
		t.Fatal(err)
	}
}

func TestMailNeverIsMoreThanTheFirstFactor(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t, logintest.Click{Called: "totp", Kind: "code", AMR: []string{"otp"}})
		d.app(t)
		ada := logintest.NewBrowser(t)
		handle, _ := ada.Authorize(n)
		ask(ada, n, "ada@example.com", handle)
		link, code := d.last(t)
		if p := enter(ada, n, code, handle); p.Location != "/login/second?request="+handle || ada.SignedIn(n) {
			t.Errorf("the code: %d %q", p.Status, p.Location)
		}
		if p := ada.Post(n, link, nil); p.Location != "/login/second?request="+handle || ada.SignedIn(n) {
			t.Errorf("the link of the same mail as second factor: %d %q", p.Status, p.Location)
		}
		d.Clock.Add(9 * time.Minute)
		ask(ada, n, "ada@example.com", handle)
		link, _ = d.last(t)
		if p := ada.Post(n, link, nil); p.Location != "/login/second?request="+handle || ada.SignedIn(n) {
			t.Errorf("another mail as second factor: %d %q", p.Status, p.Location)
		}
		ada.Click(n, "totp", "u_ada", handle)
		sessions, err := d.DB.UserSessions(t.Context(), "u_ada")
		if err != nil || len(sessions) != 1 || sessions[0].ACR != "urn:symbolon:acr:mfa" {
			t.Errorf("%d sessions, %v", len(sessions), err)
		}
	})
}

func TestBackToTheCodePageGoesOn(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t, logintest.Click{Called: "totp", Kind: "code"})
		d.app(t)
		ada := logintest.NewBrowser(t)
		handle, _ := ada.Authorize(n)
		ask(ada, n, "ada@example.com", handle)
		_, code := d.last(t)
		enter(ada, n, code, handle)
		if p := ada.Get(n, "/login/mail/code?request="+handle); p.Location != "/login/second?request="+handle {
			t.Errorf("half way: %d %q", p.Status, p.Location)
		}
		ada.Click(n, "totp", "u_ada", handle)
		if p := ada.Get(n, "/login/mail/code?request="+handle); p.Location != "/authorize/"+handle {
			t.Errorf("signed in: %d %q", p.Status, p.Location)
		}
	})
}

func TestMailThatWaitedIsWorthNothingOnceTheAddressMovedOn(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t, logintest.Click{Called: "totp", Kind: "code"})
		d.app(t)
		ada := logintest.NewBrowser(t)
		ask(ada, n, "ada@example.com", "")
		_, code := d.last(t)
		enter(ada, n, code, "")
		if err := d.DB.UpdateUser(t.Context(), storage.User{ID: "u_ada", Email: "new@example.com", UpdatedAt: d.Clock.Now()}); err != nil {
			t.Fatal(err)
		}
		if p := ada.Click(n, "totp", "u_ada", ""); p.Status != http.StatusForbidden || ada.SignedIn(n) {
			t.Errorf("%d", p.Status)
		}
	})
}
