package legible

import (
	"strings"
	"unicode"
)

const (
	joiner        = '\u200d'
	textSelector  = '\ufe0e'
	emojiSelector = '\ufe0f'
	keycap        = '\u20e3'
	middleDot     = '·' // PRECIS has it in Catalan words only; names use it between words
	bengaliVirama = '\u09cd'
)

// withoutSequences leaves out the joiners and selectors that belong to what stands before them: those of
// emoji (Unicode Technical Standard 51), of ideographs, and of a Bengali ra that keeps its form.
func withoutSequences(text string) string {
	var out strings.Builder
	runes := []rune(text)
	for i, r := range runes {
		if r != middleDot && !belongs(r, runes[:i], runes[i+1:]) {
			out.WriteRune(r)
		}
	}
	return out.String()
}

func belongs(r rune, before, after []rune) bool {
	switch {
	case len(before) == 0:
		return false
	case r == joiner && len(after) > 0:
		return isPictograph(joined(before)) && isPictograph(after[0]) || after[0] == bengaliVirama && unicode.Is(unicode.Bengali, last(before))
	case r == textSelector, r == emojiSelector:
		return isPictograph(last(before)) || len(after) > 0 && after[0] == keycap
	case 0xfe00 <= r && r <= 0xfe02, 0xe0100 <= r && r <= 0xe01ef:
		return unicode.Is(unicode.Han, last(before))
	}
	return false
}

// joined is the character that a joiner after before joins: selectors and skin tones are parts of it.
func joined(before []rune) rune {
	for len(before) > 1 && (last(before) == emojiSelector || isSkinTone(last(before))) {
		before = before[:len(before)-1]
	}
	return last(before)
}

func last(runes []rune) rune { return runes[len(runes)-1] }

func isSkinTone(r rune) bool { return 0x1f3fb <= r && r <= 0x1f3ff }

// isPictograph also takes arrows, two of which nod and shake the head.
func isPictograph(r rune) bool {
	return unicode.Is(unicode.So, r) || 0x2190 <= r && r <= 0x21ff
}
