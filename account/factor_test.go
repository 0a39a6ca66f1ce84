package account_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

func TestSomebodyElsesPasskeyDoesNotExist(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		key := d.addPasskey(t, d.ada, "Phone")
		eve := d.signedIn(t, d.eve, login.VerifiedKey)
		for _, path := range []string{"/account/passkeys/remove", "/account/passkeys/rename"} {
			p := eve.post(path, url.Values{"passkey": {key.ID}, "name": {"Eve"}})
			unknown := eve.post(path, url.Values{"passkey": {"pk_none"}, "name": {"Eve"}})
			if p.Status != http.StatusNotFound || unknown.Status != http.StatusNotFound {
				t.Errorf("%s: %d, of nobody: %d", path, p.Status, unknown.Status)
			}
		}
		kept, err := d.DB.Passkeys(t.Context(), d.ada.ID)
		if err != nil || len(kept) != 1 || kept[0].Name != "Phone" {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}

func TestLastWayInStays(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.DB.Keep, d.area.Keep = storage.KeepPasskey, storage.KeepPasskey
		d.remount(t)
		key := d.addPasskey(t, d.ada, "Phone")
		d.addApp(t, d.ada)
		v, other := d.signedIn(t, d.ada, login.VerifiedKey), d.signedIn(t, d.ada, login.VerifiedKey)
		if p := v.get("/account/passkeys"); strings.Contains(p.Body, "Remove passkey") || !strings.Contains(p.Body, "only way in") {
			t.Error("the page offers to remove it")
		}
		p := v.post("/account/passkeys/remove", url.Values{"passkey": {key.ID}})
		d.must(t, "last passkey", p.Status, http.StatusConflict)
		d.must(t, "factors", d.factors(t, d.ada), storage.Factors{Passkeys: 1, TOTP: true})
		d.must(t, "mails", len(d.mails.to(d.ada.Email)), 0)
		d.must(t, "other browser", other.inside(), true)
		if e := d.events(t, d.ada, audit.FactorRemoved); len(e) != 1 || e[0].Outcome != audit.Refused || e[0].Reason != "last" {
			t.Errorf("%+v", e)
		}
		d.DB.Keep, d.area.Keep = storage.KeepFactor, storage.KeepFactor
		d.remount(t)
		d.must(t, "one of two", v.post("/account/app/remove", nil).Location, "/account/app?done=app-removed")
		d.must(t, "the other", v.post("/account/passkeys/remove", url.Values{"passkey": {key.ID}}).Status, http.StatusConflict)
	})
}

func TestOfManyRemovalsAtOnceOneFactorStays(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.DB.Keep, d.area.Keep = storage.KeepFactor, storage.KeepFactor
		d.remount(t)
		forms := []url.Values{nil}
		for range 4 {
			forms = append(forms, url.Values{"passkey": {d.addPasskey(t, d.ada, "Phone").ID}})
		}
		d.addApp(t, d.ada)
		browsers := make([]visitor, len(forms))
		for i := range browsers { // a session of another browser may end in the middle: each takes its own
			browsers[i] = d.signedIn(t, d.ada, login.VerifiedKey)
		}
		var racing sync.WaitGroup
		for i, form := range forms {
			racing.Go(func() {
				if form == nil {
					browsers[i].post("/account/app/remove", nil)
					return
				}
				browsers[i].post("/account/passkeys/remove", form)
			})
		}
		racing.Wait()
		v := d.signedIn(t, d.ada, login.VerifiedKey)
		for _, form := range forms { // a browser that was signed out in the middle tries again
			if form == nil {
				v.post("/account/app/remove", nil)
				continue
			}
			v.post("/account/passkeys/remove", form)
		}
		if f := d.factors(t, d.ada); !f.Any() {
			t.Errorf("nothing is left: %+v", f)
		}
	})
}

func TestRemovedFactorSignsOutEverybodyElseAndIsTold(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		key := d.addPasskey(t, d.ada, "Blue phone")
		v, thief, eve := d.signedIn(t, d.ada, login.VerifiedKey), d.signedIn(t, d.ada, login.VerifiedKey), d.signedIn(t, d.eve, login.Mailbox)
		p := v.post("/account/passkeys/remove", url.Values{"passkey": {key.ID}})
		d.must(t, "remove", p.Location, "/account/passkeys?done=passkey-removed")
		d.must(t, "factors", d.factors(t, d.ada), storage.Factors{})
		d.must(t, "here", v.inside(), true)
		d.must(t, "thief", thief.inside(), false)
		d.must(t, "eve", eve.inside(), true)
		mails := d.mails.to(d.ada.Email)
		if len(mails) != 1 || !strings.Contains(mails[0].Text, "Blue phone") || !strings.Contains(mails[0].Text, issuer+"/account") {
			t.Errorf("mails: %+v", mails)
		}
		if e := d.events(t, d.ada, audit.FactorRemoved); len(e) != 1 || e[0].Outcome != audit.Success || e[0].Target != key.ID || e[0].Method != "passkey" {
			t.Errorf("%+v", e)
		}
		d.must(t, "again", v.post("/account/passkeys/remove", url.Values{"passkey": {key.ID}}).Status, http.StatusNotFound)
	})
}

func TestPasskeyIsRenamedToWhatCanBeSeen(t *testing.T) {
	d := deploySQLite(t)
	key := d.addPasskey(t, d.ada, "Phone")
	v := d.signedIn(t, d.ada, login.VerifiedKey)
	for _, bad := range []string{"", "  ", "a\nb", "a\u202eb", strings.Repeat("x", 65), "\xff"} {
		p := v.post("/account/passkeys/rename", url.Values{"passkey": {key.ID}, "name": {bad}})
		d.must(t, "name", p.Status, http.StatusBadRequest)
	}
	d.must(t, "twice", v.post("/account/passkeys/rename", url.Values{"passkey": {key.ID}, "name": {"a", "b"}}).Status, http.StatusBadRequest)
	v.post("/account/passkeys/rename", url.Values{"passkey": {key.ID}, "name": {" <b>Key</b> "}})
	if p := v.get("/account/passkeys"); !strings.Contains(p.Body, "&lt;b&gt;Key&lt;/b&gt;") || strings.Contains(p.Body, "<b>Key") {
		t.Error("the name is not shown as it is")
	}
}

func TestPasskeyThatDoesNotVerifyIsNotAdded(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		for _, credential := range []string{"", "{}", "null", `{"id":"x","type":"public-key"}`} {
			p := v.post("/account/passkeys/add", url.Values{"credential": {credential}})
			if p.Status != http.StatusBadRequest || !strings.Contains(p.Body, "role=\"alert\"") {
				t.Errorf("%q: %d", credential, p.Status)
			}
		}
		d.must(t, "factors", d.factors(t, d.ada), storage.Factors{})
		d.must(t, "refusals", len(d.events(t, d.ada, audit.FactorAdded)), 4)
		d.must(t, "mails", len(d.mails.to(d.ada.Email)), 0)
	})
}

var keyIn = regexp.MustCompile(`data-copy="([A-Z2-7]{32})"`)

func TestAuthenticatorAppCountsOnceACodeIsTyped(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		p := v.post("/account/app/begin", nil)
		m := keyIn.FindStringSubmatch(p.Body)
		if m == nil || p.Status != http.StatusOK || !strings.Contains(p.Body, "<svg class=\"qr\"") {
			t.Fatalf("%d: no key", p.Status)
		}
		for _, code := range []string{"", "x", "12345", "0000000", "１２３４５６", wrong(codeFor(t, m[1], d.Clock.Now()))} {
			p := v.post("/account/app/confirm", url.Values{"code": {code}})
			if p.Status != http.StatusBadRequest || !strings.Contains(p.Body, m[1]) {
				t.Errorf("%q: %d", code, p.Status)
			}
		}
		d.must(t, "before", d.factors(t, d.ada), storage.Factors{})
		d.must(t, "mails before", len(d.mails.to(d.ada.Email)), 0)
		p = v.post("/account/app/confirm", url.Values{"code": {codeFor(t, m[1], d.Clock.Now())}})
		d.must(t, "confirm", p.Status, http.StatusOK)
		d.must(t, "after", d.factors(t, d.ada), storage.Factors{TOTP: true, RecoveryCodes: 10})
		d.must(t, "recovery codes shown", len(codesIn(p.Body)), 10)
		if mails := d.mails.to(d.ada.Email); len(mails) != 2 || !strings.Contains(mails[0].Text, "an authenticator app") {
			t.Errorf("mails: %+v", mails)
		}
		d.must(t, "overwritten", v.post("/account/app/begin", nil).Status, http.StatusForbidden) // mail alone is weak by now
		strong := d.signedIn(t, d.ada, login.VerifiedKey)
		d.must(t, "overwritten by somebody strong", strong.post("/account/app/begin", nil).Status, http.StatusConflict)
	})
}

func TestConfirmingWithoutAKeyBeginsAgain(t *testing.T) {
	d := deploySQLite(t)
	v := d.signedIn(t, d.ada, login.Mailbox)
	d.must(t, "confirm", v.post("/account/app/confirm", url.Values{"code": {"123456"}}).Status, http.StatusGone)
	d.must(t, "remove", v.post("/account/app/remove", nil).Status, http.StatusNotFound)
}

var rowIn = regexp.MustCompile(`<li><code>([^<]+)</code></li>`)

func codesIn(body string) (codes []string) {
	for _, m := range rowIn.FindAllStringSubmatch(body, -1) {
		codes = append(codes, m[1])
	}
	return codes
}

func TestNewRecoveryCodesReplaceTheOldAndAreToldAndShownOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.addPasskey(t, d.ada, "Phone")
		v := d.signedIn(t, d.ada, login.VerifiedKey)
		first := codesIn(v.post("/account/codes/regenerate", nil).Body)
		second := codesIn(v.post("/account/codes/regenerate", nil).Body)
		if len(first) != 10 || len(second) != 10 || first[0] == second[0] {
			t.Fatalf("%d and %d codes", len(first), len(second))
		}
		d.must(t, "factors", d.factors(t, d.ada), storage.Factors{Passkeys: 1, RecoveryCodes: 10})
		if p := v.get("/account/codes"); len(codesIn(p.Body)) != 0 || strings.Contains(p.Body, second[0]) || !strings.Contains(p.Body, d.Clock.Now().UTC().Format("2 January 2006")) {
			t.Error("codes are shown again, or not when they were made")
		}
		d.must(t, "mails", len(d.mails.to(d.ada.Email)), 2)
		d.must(t, "events", len(d.events(t, d.ada, audit.RecoveryRenewed)), 2)
	})
}

func TestDownloadIsTextAndNothingButCodes(t *testing.T) {
	d := deploySQLite(t)
	v := d.signedIn(t, d.ada, login.Mailbox)
	for _, bad := range []string{"", "<script>", "a b<c", strings.Repeat("a ", 21), strings.Repeat("a", 65)} {
		d.must(t, bad, v.post("/account/codes/download", url.Values{"codes": {bad}}).Status, http.StatusBadRequest)
	}
	p := v.post("/account/codes/download", url.Values{"codes": {"abcd-efgh ijkl-mnop"}})
	d.must(t, "body", p.Body, "abcd-efgh\r\nijkl-mnop\r\n")
	d.must(t, "type", p.Header.Get("Content-Type"), "text/plain; charset=utf-8")
	d.must(t, "sniffing", p.Header.Get("X-Content-Type-Options"), "nosniff")
	d.must(t, "disposition", p.Header.Get("Content-Disposition"), `attachment; filename="recovery-codes.txt"`)
}
