package legible

import (
	"strings"
	"unicode"
)

// Clean makes one line of a text that others chose. Line breaks would forge content and, in a header, other
// headers; direction marks would reorder what stands next to them.
func Clean(text string) string { return strings.TrimSpace(strings.Map(tamed, text)) }

// Lines is Clean for a text of several lines, such as one for a terminal: they and their indentation stay.
func Lines(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return tamed(r)
	}, text)
}

func tamed(r rune) rune {
	switch {
	case unicode.Is(unicode.Bidi_Control, r):
		return -1
	case unicode.IsControl(r), r == '\u2028', r == '\u2029':
		return ' '
	}
	return r
}
