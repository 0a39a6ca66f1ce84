package users_test

import (
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/users"
)

func field(t *testing.T, name string) users.Field {
	t.Helper()
	for _, f := range users.Fields() {
		if f.Name == name {
			return f
		}
	}
	t.Fatal("no field ", name)
	return users.Field{}
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
		"given_name":     {" Ada ": "Ada", "岡": "岡", "می\u200cخواهم": "می\u200cخواهم", "": ""},
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
