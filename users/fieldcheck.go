package users

import (
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // which zones there are must not depend on the machine
	"unicode/utf8"

	"github.com/symbolon-id/symbolon/legible"
	"github.com/symbolon-id/symbolon/templates"
)

// check returns text as it is kept, or what is wrong with it. Nothing is always right.
type check func(text string) (clean string, wrong Invalid)

const (
	maxLine = 200  // characters
	maxURL  = 2048 // bytes
)

func line(text string) (string, Invalid) {
	text, ok := legible.Line(text)
	if utf8.RuneCountInString(text) > maxLine || !ok {
		return "", "Use up to 200 visible characters."
	}
	return text, ""
}

// address accepts URLs that a browser may be sent to: https, without credentials.
func address(text string) (string, Invalid) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", ""
	}
	u, err := url.Parse(text)
	if err != nil || len(text) > maxURL || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsFunc(text, notInURL) {
		return "", "Enter a secure web address that starts with https."
	}
	return text, ""
}

// notInURL refuses what RFC 3986 does: parsers disagree about it.
func notInURL(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune("\"<>\\^`{|}", c) }

// birthdate is YYYY-MM-DD, the year alone, or year 0000 when that is not told.
func birthdate(text string) (string, Invalid) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", ""
	}
	whole := text
	if len(text) == len("2006") && text != "0000" {
		whole += "-01-01"
	}
	day := strings.Replace(whole, "0000-", "2000-", 1) // that year knows 29 February
	if t, err := time.Parse(time.DateOnly, day); err != nil || t.Year() < 1800 || len(whole) != len(time.DateOnly) {
		return "", "Enter a date like 1815-12-10. Without the year, use 0000-12-10, or enter just the year."
	}
	return text, ""
}

func locale(text string) (string, Invalid) {
	text = strings.TrimSpace(text)
	if text == "" || templates.IsLanguage(text) {
		return text, ""
	}
	return "", "We don’t recognize this language."
}

// zone is a name of the IANA database; what Go and some machines call zones besides is not.
func zone(text string) (string, Invalid) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", ""
	}
	_, err := time.LoadLocation(text)
	if err != nil || len(text) > maxLine || text == "Local" || strings.HasPrefix(text, "posix/") || strings.HasPrefix(text, "right/") {
		return "", "We don’t recognize this time zone."
	}
	return text, ""
}

// phone is E.164; people write it with spaces.
func phone(text string) (string, Invalid) {
	digits := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "", "/", "").Replace(text)
	if digits == "" && strings.TrimSpace(text) == "" || isE164(digits) {
		return digits, ""
	}
	return "", "Start the phone number with + and the country code."
}

func isE164(s string) bool {
	return len(s) >= 8 && len(s) <= 16 && s[0] == '+' && s[1] != '0' && !strings.ContainsFunc(s[1:], func(c rune) bool { return c < '0' || c > '9' })
}
