package durable

import (
	"strings"
	"unicode/utf8"

	"github.com/symbolon-id/symbolon/storage"
)

// unstorable answers what PostgreSQL would answer with an error that undoes the transaction: its texts
// hold neither NUL nor what is not UTF-8. Nothing is found by such a text, and none is written.
func unstorable(query string, args []any) error {
	for _, arg := range args {
		text, ok := arg.(string)
		switch {
		case !ok || storable(text):
		case writes(query):
			return storage.ErrMalformed
		default:
			return storage.ErrNotFound
		}
	}
	return nil
}

func storable(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }

// legible is text without what cannot be stored, for the trail of what others sent.
func legible(text string) string {
	if storable(text) {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}
