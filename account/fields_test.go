package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

func TestOnlyWhatWasSentOfAProfileChanges(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		whole := url.Values{"name": {"Ada"}, "given_name": {"Ada"}, "phone_number": {"+44 20 7946 0000"}, "country": {"UK"}, "website": {"https://ada.example"}}
		d.must(t, "all", v.post("/account/profile", whole).Location, "/account/profile?done=renamed")
		d.must(t, "some", v.post("/account/profile", url.Values{"name": {"Ada L."}, "website": {""}, "locale": {"en-GB"}}).Location, "/account/profile?done=renamed")
		now := d.current(t, d.ada)
		want := storage.Profile{GivenName: "Ada", PhoneNumber: "+442079460000", Locale: "en-GB", Address: storage.PostalAddress{Country: "UK"}}
		if now.Name != "Ada L." || now.Profile != want {
			t.Errorf("%q %+v", now.Name, now.Profile)
		}
		p := v.get("/account/profile")
		for _, shown := range []string{`value="&#43;442079460000"`, `value="en-GB"`, `value="UK"`} {
			if !strings.Contains(p.Body, shown) {
				t.Errorf("the page does not show %s", shown)
			}
		}
		if got := v.get("/account/export.json").Body; !strings.Contains(got, `"phone_number": "+442079460000"`) {
			t.Errorf("not exported: %s", got)
		}
	})
}

func TestOneBadFieldKeepsAllOfTheProfile(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		p := v.post("/account/profile", url.Values{"name": {"Eve"}, "nickname": {"Al"}, "birthdate": {"10.12.1815"}})
		d.must(t, "status", p.Status, http.StatusBadRequest)
		for _, shown := range []string{`value="Eve"`, `value="Al"`, `value="10.12.1815"`, "Enter a date like 1815-12-10.", "<details class=\"more\" open>"} {
			if !strings.Contains(p.Body, shown) {
				t.Errorf("the page lacks %s", shown)
			}
		}
		d.must(t, "twice", v.post("/account/profile", url.Values{"name": {"Eve"}, "nickname": {"Al", "Bo"}}).Status, http.StatusBadRequest)
		if now := d.current(t, d.ada); now.Name != d.ada.Name || now.Profile != (storage.Profile{}) {
			t.Errorf("kept %+v", now)
		}
	})
}

// Applications take it for a login, though they should not.
func TestNobodyChoosesTheirOwnUsername(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		v.post("/account/profile", url.Values{"name": {"Ada"}, "preferred_username": {"root"}, "nickname": {"Al"}})
		d.must(t, "profile", d.current(t, d.ada).Profile, storage.Profile{Nickname: "Al"})
		if strings.Contains(v.get("/account/profile").Body, "preferred_username") {
			t.Error("the page asks for it")
		}
	})
}

func TestDatesAndLanguagesAreChosen(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		shown := func(control string) {
			t.Helper()
			if p := v.get("/account/profile"); !strings.Contains(p.Body, control) {
				t.Errorf("the page lacks %s", control)
			}
		}
		shown(`id="birthdate" name="birthdate" type="date"`)
		shown(`<option value="de" lang="de">Deutsch</option>`)
		v.post("/account/profile", url.Values{"name": {"Ada"}, "birthdate": {"1815-12-10"}, "locale": {"pt-BR"}})
		shown(`type="date" autocomplete="bday" value="1815-12-10"`)
		shown(`<option value="pt-BR" lang="pt-BR" selected>pt-BR</option>`)
		v.post("/account/profile", url.Values{"name": {"Ada"}, "birthdate": {"1815"}, "locale": {"fr"}})
		shown(`type="text" autocomplete="bday" value="1815"`)
		shown(`<option value="fr" lang="fr" selected>Français</option>`)
	})
}
