package clients

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxName = 120

// CheckName returns an Invalid unless name can be shown to people as it is: one line, of at most
// 120 characters, none of which is invisible or turns the writing direction around.
func CheckName(field, name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return invalid(field, "is missing")
	case strings.TrimSpace(name) != name:
		return invalid(field, "begins or ends with a space")
	case !utf8.ValidString(name):
		return invalid(field, "is not valid UTF-8")
	case utf8.RuneCountInString(name) > maxName:
		return invalid(field, "is longer than %d characters", maxName)
	case strings.ContainsFunc(name, deceives):
		return invalid(field, "holds control, invisible or text-direction characters")
	}
	return nil
}

// deceives finds what makes a name look like another: Cf holds the bidi controls and the zero-width
// characters, Zl and Zp break the line.
func deceives(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar
}
