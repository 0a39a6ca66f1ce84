package templates

import (
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// hostile schemes run in our origin or read local files instead of going elsewhere.
var hostile = []string{"javascript", "data", "vbscript", "file", "blob", "about", "filesystem", "view-source"}

// leave vouches for an address that a person is sent away to. Native applications are reached by
// schemes of their own (RFC 8252 §7.1), which html/template would blank out; it still escapes the
// attribute. An address that does not lead elsewhere is an error, so that the page is not shown at all.
func leave(address string) (template.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return "", fmt.Errorf("leave for an address that is not absolute")
	}
	if slices.Contains(hostile, u.Scheme) {
		return "", fmt.Errorf("leave for a %s: address", u.Scheme)
	}
	return template.URL(address), nil
}

// phoneLine is how many characters of a name fit on one line of a phone; a longer one is broken where
// that does not mislead.
const phoneLine = 24

// hostParts splits a long host before each dot.
func hostParts(host string) []string {
	if len(host) <= phoneLine {
		return []string{host}
	}
	parts := strings.Split(host, ".")
	for i := range parts[1:] {
		parts[i+1] = "." + parts[i+1]
	}
	return parts
}

// piece is a part of a text: words, or an address to click on.
type piece struct {
	Text string
	Link bool
}

var webAddress = regexp.MustCompile(`https?://[^\s<>"]+`)

// pieces splits the text of a mail so that the mailbox of the dev mode can link its addresses.
func pieces(text string) []piece {
	var out []piece
	from := 0
	for _, at := range webAddress.FindAllStringIndex(text, -1) {
		out = append(out, piece{Text: text[from:at[0]]}, piece{Text: text[at[0]:at[1]], Link: true})
		from = at[1]
	}
	return append(out, piece{Text: text[from:]})
}

// wrap breaks a paragraph of a text mail as people who write them do.
func wrap(paragraph string) string {
	var out strings.Builder
	width := 0
	for i, word := range strings.Fields(paragraph) {
		switch {
		case i == 0:
		case width+1+utf8.RuneCountInString(word) > 78:
			out.WriteByte('\n')
			width = 0
		default:
			out.WriteByte(' ')
			width++
		}
		out.WriteString(word)
		width += utf8.RuneCountInString(word)
	}
	return out.String()
}
