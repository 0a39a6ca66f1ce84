package passkey_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/recovery"
)

var shownCode = regexp.MustCompile(`<li><code>[0-9a-z-]+</code></li>`)

// withCodes makes the offer of n bring recovery codes.
func (d *deployment) withCodes(n *logintest.Node, told *logintest.Outbox) *recovery.Codes {
	codes := &recovery.Codes{Store: d.DB, Audit: n.Audit, Notices: told, Link: issuer + "/account/codes", Now: d.Clock.Now}
	d.method.Codes = codes
	return codes
}

func TestFirstPasskeyOfTheOfferBringsRecoveryCodesOnceAndThenGoesOn(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		told := &logintest.Outbox{}
		n := d.inviting(t, told)
		codes := d.withCodes(n, told)
		b := logintest.NewBrowser(t)
		handle, _ := b.Authorize(n)
		page := b.Follow(n, b.Click(n, "mail", "u_ada", handle))
		p := accept(b, n, handle, newDevice(t).create(optionsIn(t, page)))
		if n := len(shownCode.FindAllString(p.Body, -1)); p.Status != http.StatusOK || n != 10 {
			t.Fatalf("%d: %d codes", p.Status, n)
		}
		for _, shown := range []string{"Passkey added.", `action="/account/codes/download"`, `href="/authorize/` + handle + `"`, "data-print", "data-copy"} {
			if !strings.Contains(p.Body, shown) {
				t.Errorf("the page does not show %q", shown)
			}
		}
		if strings.Contains(p.Body, `aria-current`) {
			t.Error("the navigation of the account is in the way")
		}
		if left, err := codes.Left(t.Context(), "u_ada"); err != nil || left != 10 {
			t.Errorf("%d codes, %v", left, err)
		}
		if got := len(told.Notices()); got != 2 {
			t.Errorf("%d notices", got)
		}
		if b.Get(n, "/authorize/"+handle).Body != "u_ada " {
			t.Error("the sign-in does not go on")
		}
	})
}

func TestLaterPasskeyOfTheOfferLeavesTheRecoveryCodesAlone(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		told := &logintest.Outbox{}
		n := d.inviting(t, told)
		codes := d.withCodes(n, told)
		if _, err := codes.Renew(t.Context(), "u_ada"); err != nil {
			t.Fatal(err)
		}
		b := logintest.NewBrowser(t)
		page := b.Follow(n, b.Click(n, "mail", "u_ada", ""))
		if p := accept(b, n, "", newDevice(t).create(optionsIn(t, page))); p.Location != "/account" {
			t.Errorf("%d %q", p.Status, p.Location)
		}
		events, err := d.DB.Events(t.Context(), audit.Filter{Type: audit.RecoveryRenewed, UserID: "u_ada"})
		if err != nil || len(events) != 0 || len(told.Notices()) != 1 {
			t.Errorf("%d events, %d notices, %v", len(events), len(told.Notices()), err)
		}
	})
}
