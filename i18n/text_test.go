package i18n_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/i18n"
)

func TestValuesComeBackAsTheyWereGiven(t *testing.T) {
	at := time.Date(2026, 3, 2, 14, 5, 0, 0, time.UTC)
	given := []any{"{way} \x00 “Profile”", i18n.Say("the passkey “{name}”", "Phone"), at, 3}
	message, values := i18n.Say("{a} {b} {c} {n}", given...).Split()
	if message != "{a} {b} {c} {n}" || !reflect.DeepEqual(values, given) {
		t.Errorf("%q %#v", message, values)
	}
}

func TestEnglishIsForPrograms(t *testing.T) {
	at := time.Date(2026, 3, 2, 14, 5, 0, 0, time.UTC)
	for text, want := range map[i18n.Text]string{
		"Passkey added.": "Passkey added.", "": "",
		i18n.Say("Added {way}.", i18n.Say("the passkey “{name}”", "{way}")): "Added the passkey “{way}”.",
		i18n.Say("You can use it from {when}. {n} are left.", at, 2):        "You can use it from 2 March 2026, 14:05 UTC. 2 are left.",
		i18n.Verbatim("Profile"): "Profile",
	} {
		if got := text.String(); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
