package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

// gets and posts are all pages of the account that are for any user who is signed in.
func gets() []string {
	return strings.Fields(`/account /account/passkeys /account/app /account/codes /account/sessions /account/connections
		/account/activity /account/profile /account/export /account/export.json /account/delete`)
}

func posts() []string {
	return strings.Fields(`/account/passkeys/add /account/passkeys/rename /account/passkeys/remove
		/account/app/begin /account/app/confirm /account/app/remove /account/codes/regenerate /account/codes/download
		/account/sessions/end /account/sessions/end-others /account/connections/stop /account/activity/not-me
		/account/profile /account/email /account/email/code /account/email/cancel /account/delete`)
}

// sensitive are those of posts that change who can get in.
func sensitive() []string {
	return strings.Fields(`/account/passkeys/add /account/passkeys/rename /account/passkeys/remove
		/account/app/begin /account/app/confirm /account/app/remove /account/codes/regenerate /account/email /account/second /account/second/remove /account/delete`)
}

func TestStrangersSignInFirst(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		for _, cookie := range []string{"", "x", strings.Repeat("A", 52), strings.Repeat("A", 5000)} {
			v := d.stranger(t)
			if cookie != "" {
				v.SetCookie(d.node, "symbolon_session", cookie)
			}
			for _, path := range gets() {
				if p := v.get(path); p.Status != http.StatusSeeOther || !strings.HasPrefix(p.Location, "/login") {
					t.Errorf("GET %s: %d %s", path, p.Status, p.Location)
				}
			}
			for _, path := range posts() {
				if p := v.post(path, url.Values{}); p.Status != http.StatusSeeOther || !strings.HasPrefix(p.Location, "/login") {
					t.Errorf("POST %s: %d %s", path, p.Status, p.Location)
				}
			}
		}
	})
}

func TestOtherSitesCanChangeNothing(t *testing.T) {
	d := deploySQLite(t)
	key := d.addPasskey(t, d.ada, "Phone")
	v := d.signedIn(t, d.ada, login.VerifiedKey)
	form := url.Values{"passkey": {key.ID}, "email": {"eve@example.net"}, "name": {"Eve"}}
	for _, site := range []string{"cross-site", "same-site"} {
		v.Header = http.Header{"Sec-Fetch-Site": {site}}
		for _, path := range posts() {
			if p := v.post(path, form); p.Status != http.StatusForbidden {
				t.Errorf("POST %s from %s: %d", path, site, p.Status)
			}
		}
	}
	d.must(t, "factors", d.factors(t, d.ada), storage.Factors{Passkeys: 1})
	if user, err := d.DB.User(t.Context(), d.ada.ID); err != nil || user.Name != d.ada.Name {
		t.Errorf("%+v, %v", user, err)
	}
}

func TestOpeningAPageChangesNothing(t *testing.T) {
	d := deploySQLite(t)
	v := d.signedIn(t, d.ada, login.VerifiedKey)
	for _, path := range posts() {
		switch path {
		case "/account/profile", "/account/delete": // pages of their own
			continue
		}
		if p := v.get(path); p.Status != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: %d", path, p.Status)
		}
	}
	for _, path := range []string{"/account/x", "/account/sessions/x.css", "/account/passkeys/"} {
		if p := v.get(path); p.Status != http.StatusNotFound || p.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("GET %s: %d %v", path, p.Status, p.Header)
		}
	}
}

func TestEveryPageOpens(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.addPasskey(t, d.ada, "Phone")
		d.addApp(t, d.ada)
		for _, kind := range []login.Kind{login.VerifiedKey, login.Operator} {
			v := d.signedIn(t, d.ada, kind)
			for _, path := range gets() {
				p := v.get(path)
				if p.Status != http.StatusOK || p.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("GET %s: %d", path, p.Status)
				}
				if path != "/account/export.json" && !strings.Contains(p.Body, d.ada.Email) {
					t.Errorf("GET %s does not say whose account it is", path)
				}
			}
		}
	})
}
