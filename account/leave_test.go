package account_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

func TestExportHoldsEverythingButSecretsAndNobodyElses(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		key := d.addPasskey(t, d.ada, "Phone")
		d.addApp(t, d.ada)
		evesKey := d.addPasskey(t, d.eve, "Eve’s")
		v, eve := d.signedIn(t, d.ada, login.VerifiedKey), d.signedIn(t, d.eve, login.VerifiedKey)
		client := d.client(t, "c_app", "Grafana")
		token, evesToken := d.allow(t, d.ada, client), d.allow(t, d.eve, client)
		v.post("/account/codes/regenerate", nil)
		p := v.get("/account/export.json")
		d.must(t, "disposition", p.Header.Get("Content-Disposition"), `attachment; filename="account.json"`)
		for _, part := range []string{d.ada.ID, d.ada.Email, key.ID, "Phone", `"recovery_codes_left": 10`, "c_app", "app.example", token.GrantID, "Firefox on Linux", audit.RecoveryRenewed, audit.UserExported} {
			if !strings.Contains(p.Body, part) {
				t.Errorf("it has no %q", part)
			}
		}
		for _, part := range []string{d.eve.ID, d.eve.Email, evesKey.ID, evesToken.GrantID, "sealed", "digest", v.Cookie(d.node, "symbolon_session")} {
			if strings.Contains(p.Body, part) {
				t.Errorf("it has %q", part)
			}
		}
		d.must(t, "eve", eve.inside(), true)
	})
}

func TestExportTellsWhatExactlyWasAllowedAndWhoIsStillToBeTold(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.addPasskey(t, d.ada, "Phone")
		v := d.signedIn(t, d.ada, login.VerifiedKey)
		d.everything(t, v)
		p := v.get("/account/export.json")
		for _, part := range []string{`"type": "payment"`, `"amount": "12.50"`, `"phone_number"`, "https://app.example/callback", `"tries": 0`} {
			if !strings.Contains(p.Body, part) {
				t.Errorf("it has no %s", part)
			}
		}
	})
}

// everything gives ada what only some people have: access to exactly one thing, and a session that ended
// whose app is still to be notified.
func (d *deployment) everything(t *testing.T, v visitor) {
	t.Helper()
	here := d.sessions(t, d.ada)[0]
	exact, told := d.client(t, "c_exact", "Bank"), d.client(t, "c_told", "Books", func(c *storage.Client) { c.BackchannelLogoutURI = "https://books.example/logout" })
	d.signedIn(t, d.ada, login.VerifiedKey)
	for _, s := range d.sessions(t, d.ada) {
		if s.ID != here.ID {
			d.grant(t, d.ada, told, s.ID, false)
		}
	}
	v.post("/account/sessions/end-others", nil)
	d.grant(t, d.ada, exact, here.ID, true, func(g *storage.Grant) {
		g.RedirectURI, g.AuthorizationDetails = "https://app.example/callback", []byte(`[{"type":"payment","amount":"12.50"}]`)
		g.Named = &storage.NamedClaims{UserInfo: []string{"phone_number"}, IDToken: []string{"name"}, Scopes: []string{"phone"}}
	})
}

// A table whose rows say whose they are has its place in the document.
func TestNoTableOfPeopleIsForgottenByTheExport(t *testing.T) {
	exported := map[string]string{
		"sessions": "sessions", "grants": "grants", "consents": "consents", "passkeys": "passkeys", "totp": "authenticator_app",
		"recovery_codes": "recovery_codes_left", "audit_events": "activity", "logout_notices": "logout_notices", "addresses": "user",
	}
	names, err := filepath.Glob("../migrations/postgres/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	table := regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\)`)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range table.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(found[2], "user_id") && exported[found[1]] == "" {
				t.Errorf("%s is not in the export", found[1])
			}
		}
	}
}

// docs/account-export.md names each field of the document, and none that is not there.
func TestEveryFieldOfTheExportIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/account-export.md")
	if err != nil {
		t.Fatal(err)
	}
	d := deploySQLite(t)
	d.addPasskey(t, d.ada, "Phone")
	d.addApp(t, d.ada)
	v := d.signedIn(t, d.ada, login.VerifiedKey)
	d.everything(t, v)
	d.allow(t, d.ada, d.client(t, "c_app", "Grafana"))
	var document any
	if err := json.Unmarshal([]byte(v.get("/account/export.json").Body), &document); err != nil {
		t.Fatal(err)
	}
	names := fieldsOf(document)
	if len(names) < 30 {
		t.Fatalf("only %d fields: %v", len(names), names)
	}
	for _, name := range names {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("%s is not documented", name)
		}
	}
}

func fieldsOf(v any) (names []string) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if names = append(names, name); name != "authorization_details" { // whose fields are the application's
				names = append(names, fieldsOf(value)...)
			}
		}
	case []any:
		for _, value := range v {
			names = append(names, fieldsOf(value)...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestDeletedAccountIsGoneWithAllItsTokens(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.addPasskey(t, d.ada, "Phone")
		v, other, eve := d.signedIn(t, d.ada, login.VerifiedKey), d.signedIn(t, d.ada, login.VerifiedKey), d.signedIn(t, d.eve, login.Mailbox)
		client := d.client(t, "c_app", "Grafana")
		token, evesToken := d.allow(t, d.ada, client), d.allow(t, d.eve, client)
		if p := v.get("/account/delete"); !strings.Contains(p.Body, "Grafana will lose access.") {
			t.Error("the page does not say what is lost")
		}
		d.events(t, d.ada, "") // what waits is stored before
		d.must(t, "delete", v.post("/account/delete", nil).Status, http.StatusOK)
		d.must(t, "token", d.alive(t, token), false)
		d.must(t, "eve's token", d.alive(t, evesToken), true)
		d.must(t, "other browser", other.inside(), false)
		d.must(t, "cookie", v.Cookie(d.node, "symbolon_session"), "")
		d.must(t, "eve", eve.inside(), true)
		if _, err := d.DB.User(t.Context(), d.ada.ID); err == nil {
			t.Error("the user is still there")
		}
		d.must(t, "factors", d.factors(t, d.ada), storage.Factors{})
		mails := d.mails.to(d.ada.Email)
		if len(mails) != 1 || !strings.Contains(mails[0].Subject, "deleted") {
			t.Errorf("mails: %+v", mails)
		}
		all := d.events(t, d.ada, "")
		if len(all) == 0 || all[0].Type != audit.UserDeleted {
			t.Errorf("%+v", all)
		}
		for _, e := range all {
			if e.IP != "" {
				t.Errorf("%s still says where from", e.Type)
			}
		}
	})
}

func TestSomebodyNewWithTheAddressInheritsNothing(t *testing.T) {
	d := deploySQLite(t)
	d.addPasskey(t, d.ada, "Phone")
	v := d.signedIn(t, d.ada, login.VerifiedKey)
	v.post("/account/delete", nil)
	fresh := d.user(t, "u_fresh", d.ada.Email)
	d.must(t, "factors", d.factors(t, fresh), storage.Factors{})
	w := d.signedIn(t, fresh, login.Mailbox)
	d.happened(t, d.ada, audit.Event{Type: audit.UserExported})
	if p := w.get("/account/activity"); strings.Contains(p.Body, "Downloaded") {
		t.Error("activity was inherited")
	}
}

func TestOfManyDeletionsOneIsTold(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		var racing sync.WaitGroup
		for range 8 {
			racing.Go(func() {
				if p := v.post("/account/delete", nil); p.Status >= 500 {
					t.Errorf("%d", p.Status)
				}
			})
		}
		racing.Wait()
		d.must(t, "mails", len(d.mails.to(d.ada.Email)), 1)
	})
}
