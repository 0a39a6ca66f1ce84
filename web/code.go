package web

import (
	"strings"
	"unicode"
)

// SixDigits takes the spaces out of a code that was typed or pasted. Other scripts' digits are
// refused: one code has one spelling.
func SixDigits(typed string) (code string, ok bool) {
	code = strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return -1
		}
		return c
	}, typed)
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return "", false
	}
	return code, true
}
