// Package legible decides which texts people can trust to be what they look like: the freeform class of
// PRECIS (RFC 8264), which knows what is unassigned, unprintable or ignored, and where joiners belong.
//
//	legible.go   what is accepted
//	emoji.go     what belongs to a pictograph or an ideograph, which PRECIS does not know
//	clean.go     what is made of a text that was accepted before, or comes from elsewhere
package legible

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

var freeform = precis.NewFreeform()

// Name tells whether a text can be shown as the name of something: one line, and no space but that of
// ASCII, which the others could be mistaken for.
func Name(text string) bool {
	return !strings.ContainsFunc(text, isOtherSpace) && Value(text)
}

// Value tells whether each character of a text can be seen, or is a space. It is one line.
func Value(text string) bool {
	if isASCII(text) {
		return true
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, isBlank) {
		return false
	}
	_, err := freeform.String(withoutSequences(text))
	return err == nil
}

// Line returns a text that a person typed as it is kept: without space around it, every space that of
// ASCII. It is not ok when it cannot be shown.
func Line(typed string) (text string, ok bool) {
	text = strings.TrimSpace(strings.Map(asciiSpace, typed))
	return text, Name(text)
}

// Visible tells whether anything of a text can be seen: more than spaces, joiners and marks without a letter.
func Visible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !isBlank(r)
	})
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// isBlank tells what counts as a symbol or a letter and shows nothing, or nothing of its own.
func isBlank(r rune) bool {
	switch r {
	case 0x2800, // Braille without a dot
		0x115f, 0x1160, 0x3164, 0xffa0, // what stands for a part of Hangul that is not there
		0xfffc, utf8.RuneError: // what stands for an object, and for bytes that are no text
		return true
	}
	return false
}

func isOtherSpace(r rune) bool { return r != ' ' && unicode.Is(unicode.Zs, r) }

func asciiSpace(r rune) rune {
	if isOtherSpace(r) {
		return ' '
	}
	return r
}
