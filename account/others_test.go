package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

func TestFirstPasskeyAsksWhetherEverythingElseIsSignedOut(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		thief, v := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.ada, login.Mailbox)
		d.signedIn(t, d.eve, login.Mailbox)
		client := d.client(t, "c_app", "Grafana")
		token, eves := d.allow(t, d.ada, client), d.allow(t, d.eve, client)

		p := v.post("/account/passkeys/add", url.Values{"credential": {passkeyFor(t, v)}})
		if !strings.Contains(p.Body, `href="/account/others"`) { // by way of the recovery codes
			t.Fatalf("the first passkey leads to %d:\n%s", p.Status, p.Body)
		}
		p = v.get("/account/others?request=HANDLE")
		for _, part := range []string{`name="browsers" value="yes" checked`, `name="apps" value="yes" checked`, "Grafana", `value="HANDLE"`} {
			if !strings.Contains(p.Body, part) {
				t.Errorf("%d: the page lacks %s", p.Status, part)
			}
		}
		d.must(t, "asking ends nothing", thief.inside() && d.alive(t, token), true)
		p = v.post("/account/others", url.Values{"request": {"HANDLE"}, "browsers": {"yes"}, "apps": {"yes"}})
		d.must(t, "goes on", p.Location, "/authorize/HANDLE")
		d.must(t, "the other browser", thief.inside(), false)
		d.must(t, "this browser", v.inside(), true)
		d.must(t, "the app", d.alive(t, token), false)
		d.must(t, "another person's app", d.alive(t, eves), true)
		if e := d.events(t, d.ada, audit.ConsentWithdrawn); len(e) != 1 || e[0].ClientID != client.ID {
			t.Errorf("withdrawn: %+v", e)
		}
		if e := d.events(t, d.ada, audit.SignOut); len(e) != 1 || e[0].Target != "others" {
			t.Errorf("signed out: %+v", e)
		}
		d.must(t, "nothing left to ask", v.get("/account/others?request=HANDLE").Location, "/authorize/HANDLE")
		d.must(t, "without a request", v.get("/account/others").Location, "/account")
	})
}

func TestWhatIsClearedStays(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		other, v := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.ada, login.Mailbox)
		token := d.allow(t, d.ada, d.client(t, "c_app", "Grafana"))
		d.must(t, "nothing chosen", v.post("/account/others", nil).Location, "/account")
		d.must(t, "all stays", other.inside() && d.alive(t, token), true)
		v.post("/account/others", url.Values{"browsers": {"yes"}})
		d.must(t, "browsers alone", !other.inside() && v.inside() && d.alive(t, token), true)
		v.post("/account/others", url.Values{"apps": {"yes"}})
		d.must(t, "apps alone", v.inside() && !d.alive(t, token), true)
	})
}

func TestFurtherPasskeyAsksOnlyWhoWasLetBackIn(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.addPasskey(t, d.ada, "Lost")
		if err := d.DB.SetRecoveryCodes(t.Context(), d.ada.ID, [][]byte{[]byte("digest")}, d.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		d.signedIn(t, d.ada, login.Mailbox)
		d.allow(t, d.ada, d.client(t, "c_app", "Grafana"))
		for kind, next := range map[login.Kind]string{
			login.VerifiedKey: "/account/passkeys?done=passkey-added", login.Operator: "/account/others?done=passkey-added",
		} {
			v := d.signedIn(t, d.ada, kind)
			d.must(t, string(kind), v.post("/account/passkeys/add", url.Values{"credential": {passkeyFor(t, v)}}).Location, next)
		}
	})
}

func TestOthersAreAStrangersBusinessNowhere(t *testing.T) {
	d := deploySQLite(t)
	ada := d.signedIn(t, d.ada, login.Mailbox)
	d.signedIn(t, d.ada, login.Mailbox)
	d.must(t, "nobody", d.stranger(t).post("/account/others", url.Values{"browsers": {"yes"}}).Location, "/login")
	ada.Header = http.Header{"Sec-Fetch-Site": {"cross-site"}}
	d.must(t, "another site", ada.post("/account/others", url.Values{"browsers": {"yes"}}).Status, http.StatusForbidden)
	d.must(t, "sessions", len(d.sessions(t, d.ada)), 2)
}

func TestRecoveryByTheOperatorEndsTheOtherSessions(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		thief, elsewhere := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.ada, login.Mailbox)
		client := d.client(t, "c_app", "Grafana")
		var tokens []storage.TokenQuery
		for _, s := range d.sessions(t, d.ada) {
			tokens = append(tokens, d.grant(t, d.ada, client, s.ID, false))
		}
		eve := d.signedIn(t, d.eve, login.Mailbox)
		v := d.stranger(t)
		d.must(t, "asks about the rest", v.signIn(t, d.ada, login.Operator, "").Location, "/account/others")
		d.must(t, "only this browser", thief.inside() || elsewhere.inside() || !v.inside(), false)
		d.must(t, "another person", eve.inside(), true)
		for _, token := range tokens {
			d.must(t, "token of a session that ended", d.alive(t, token), false)
		}

		again := d.signedIn(t, d.ada, login.Mailbox)
		v.signIn(t, d.ada, login.Operator, "") // the same session, raised
		d.must(t, "raised", !again.inside() && v.inside() && len(d.sessions(t, d.ada)) == 1, true)
	})
}
