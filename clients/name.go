package clients

import (
	"strings"
	"unicode/utf8"

	"github.com/symbolon-id/symbolon/legible"
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
	case !legible.Name(name):
		return invalid(field, "holds control, invisible or text-direction characters")
	}
	return nil
}
