package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/account"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

func field(t *testing.T, name string) account.Field {
	t.Helper()
	for _, f := range account.Fields() {
		if f.Name == name {
			return f
		}
	}
	t.Fatal("no field ", name)
	return account.Field{}
}

func TestWhatIsNoSuchThingIsNotKept(t *testing.T) {
	for name, bad := range map[string][]string{
		"given_name":     {"a\nb", "a\u202eb", "\u2066x", "\ufeffx", "\x00", "\xff", strings.Repeat("x", 201)},
		"street_address": {"a\nb", strings.Repeat("x", 201)},
		"website": {"ada.example", "http://ada.example", "javascript:alert(1)", "data:text/html,x", "https://", "https:///x", "https://u@ada.example", "//ada.example",
			"https://ada.example/ x", "https://ada.example/\u202e", "https://bücher.example", `https://ada.example\@evil.example`, "https://ada.example/" + strings.Repeat("x", 2048)},
		"picture":   {"http://ada.example/p.png", "data:image/png;base64,AAAA"},
		"profile":   {"ftp://ada.example"},
		"birthdate": {"10.12.1815", "1815-13-10", "1815-02-29", "1815-12", "0000", "0000-02-30", "1799-12-10", "99999", "1815-12-10T00:00:00Z", "20", "-1815", "1815-1-1"},
		"zoneinfo":  {"Local", "Berlin", "Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "europe/berlin\x00", "posix/Europe/Berlin", "right/UTC", `Europe\Berlin`},
		"locale":    {"x", "en_US", "klingonish", "de-", "de-DE-DE-DE-DE", "e", "en\nUS", strings.Repeat("de-", 20)},
		"phone_number": {"030 901820", "49 30 901820", "+", "+0 30 901820", "+49 30", "+49 30 901820 ext. 5", "++4930901820", "+49309018201234567", "+४९३०९०१८२०", "tel:+4930901820",
			"---"},
	} {
		for _, text := range bad {
			p := storage.Profile{}
			if err := field(t, name).Set(&p, text); err == nil || p != (storage.Profile{}) {
				t.Errorf("%s %q: %v, %+v", name, text, err, p)
			}
		}
	}
}

func TestWhatPeopleAreIsKept(t *testing.T) {
	for name, good := range map[string]map[string]string{
		"given_name":     {" Ada ": "Ada", "岡": "岡", "Ada\u200d": "Ada\u200d", "": ""},
		"gender":         {"female": "female", "nichtbinär": "nichtbinär"},
		"website":        {"https://ada.example": "https://ada.example", " https://xn--bcher-kva.example:8443/a?b#c": ""},
		"birthdate":      {"1815-12-10": "1815-12-10", "1815": "1815", "0000-02-29": "0000-02-29", "2000-02-29": "2000-02-29", " ": ""},
		"zoneinfo":       {"Europe/Berlin": "Europe/Berlin", "UTC": "UTC", "America/Argentina/Buenos_Aires": "America/Argentina/Buenos_Aires"},
		"locale":         {"de": "de", "pt-BR": "pt-BR", "zh-Hant-TW": "zh-Hant-TW"},
		"phone_number":   {"+49 (30) 901-820": "+4930901820", "+1.206.555.0100": "+12065550100", "  ": ""},
		"street_address": {"Tempelhofer Damm 1/3": "Tempelhofer Damm 1/3"},
	} {
		for text, want := range good {
			p, f := storage.Profile{}, field(t, name)
			err := f.Set(&p, text)
			if name == "website" && want == "" {
				want = strings.TrimSpace(text)
			}
			if got := f.Get(p); err != nil || got != want {
				t.Errorf("%s %q: %q, %v", name, text, got, err)
			}
		}
	}
}

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
