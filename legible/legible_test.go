package legible_test

import (
	"testing"
	"unicode/utf8"

	"github.com/symbolon-id/symbolon/legible"
)

func TestNamesOfPeopleAndAppsPass(t *testing.T) {
	for _, name := range []string{
		"Ada Lovelace", "O’Brien–Smith", "Łukasz Żółć", "Jose\u0301", "山田太郎", "ジョン・スミス", "이순신", "محمد", "דוד", "Αθηνά",
		"می\u200cخواهم", "نرم\u200cافزار", // Persian, with what keeps letters of one word apart
		"क्\u200dष", "क्\u200cष", "ශ්\u200dරී", // Hindi and Sinhala, with what asks for another form
		"র\u200d্যাব",                                                             // Bengali
		"👨\u200d👩\u200d👧\u200d👦", "👩🏽\u200d🚀", "❤\ufe0f\u200d🔥", "🏳\ufe0f\u200d🌈", // families and what they do
		"🙂\u200d↔\ufe0f", "1\ufe0f\u20e3", "✈\ufe0e", "🇩🇪", "☕",
		"葛\U000e0100城", // an ideograph in one of its forms
		"Foo · Bar", "C++ & C#", "100 % €", "™",
	} {
		if !legible.Name(name) || !legible.Value(name) || !legible.Visible(name) {
			t.Errorf("%q is refused", name)
		}
	}
}

func TestWhatDeceivesIsRefused(t *testing.T) {
	for what, text := range map[string]string{
		"a line break":                  "a\nb",
		"a NUL":                         "a\x00",
		"a tabulator":                   "a\tb",
		"a control character of Latin":  "a\u0085b",
		"a line separator":              "a\u2028b",
		"an override":                   "elgoo\u202eG",
		"an isolate":                    "\u2066x\u2069",
		"a mark of direction":           "a\u200fb",
		"a mark of Arabic letters":      "a\u061cb",
		"a space without width":         "Goo\u200bgle",
		"a word joiner":                 "Goo\u2060gle",
		"a soft hyphen":                 "Goo\u00adgle",
		"a byte order mark":             "\ufeffx",
		"a joiner at the end":           "Ada\u200d",
		"a joiner alone":                "\u200d",
		"a joiner in a Latin word":      "Ad\u200da",
		"a non-joiner in a Latin word":  "Ad\u200ca",
		"a non-joiner at the end":       "می\u200c",
		"a joiner after an emoji":       "👩\u200d",
		"two joiners":                   "👩\u200d\u200d🚀",
		"a joiner before a letter":      "👩\u200da",
		"a joiner before a mark":        "a\u200d\u09cd",
		"a selector of nothing":         "a\ufe0f",
		"two selectors":                 "✈\ufe0f\ufe0f",
		"an ideographic form of Latin":  "a\U000e0100",
		"tags":                          "a\U000e0061",
		"an invisible operator":         "a\u2062b",
		"an empty Braille cell":         "a\u2800",
		"a Hangul filler":               "a\u3164b",
		"an object":                     "a\ufffc",
		"a replacement":                 "a\ufffd",
		"bytes that are no text":        "a\xff",
		"half a surrogate":              "a\xed\xa0\x80",
		"a character of private use":    "a\ue000",
		"a character that is not there": "a\U000e0fff",
		"no character":                  "a\uffff",
	} {
		if legible.Value(text) || legible.Name(text) {
			t.Errorf("%s passes", what)
		}
	}
}

func TestOnlyOneSpaceIsPartOfAName(t *testing.T) {
	for _, space := range []string{"\u00a0", "\u1680", "\u2003", "\u2009", "\u202f", "\u205f", "\u3000"} {
		text := "a" + space + "b"
		if legible.Name(text) {
			t.Errorf("%q is a name", text)
		}
		if !legible.Value(text) {
			t.Errorf("%q is no value", text)
		}
		if line, ok := legible.Line(space + text + space); line != "a b" || !ok {
			t.Errorf("%q: %q %t", text, line, ok)
		}
	}
	if line, ok := legible.Line("  \t"); line != "" || !ok {
		t.Errorf("%q %t", line, ok)
	}
	if _, ok := legible.Line("a\nb"); ok {
		t.Error("two lines pass as one")
	}
}

func TestNothingIsVisibleOfSpacesJoinersAndMarks(t *testing.T) {
	for _, text := range []string{"", " ", "\u00a0\u3000", "\u200b\u200d\ufe0f", "\u0301", "\u2800", "\u3164"} {
		if legible.Visible(text) {
			t.Errorf("%q can be seen", text)
		}
	}
}

func TestOldTextsAreShownTamed(t *testing.T) {
	for text, want := range map[string]string{
		"Ada\r\nBcc: eve": "Ada  Bcc: eve",
		" elgoo\u202eG ":  "elgooG",
		"a\u2028b":        "a b",
		"نرم\u200cافزار":  "نرم\u200cافزار",
		"👩\u200d🚀":        "👩\u200d🚀",
	} {
		if got := legible.Clean(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
	if got := legible.Lines("  {\n\x1b[2J\u202e\u009b}\n"); got != "  {\n [2J }\n" {
		t.Errorf("%q", got)
	}
}

func FuzzName(f *testing.F) {
	f.Add("👩\u200d🚀")
	f.Fuzz(func(t *testing.T, text string) {
		if legible.Name(text) && (!utf8.ValidString(text) || legible.Lines(text) != text) {
			t.Errorf("%q passes and needs taming", text)
		}
	})
}
