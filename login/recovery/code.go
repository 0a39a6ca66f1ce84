package recovery

import (
	"crypto/rand"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// alphabet has no letter that looks like a digit (Crockford's base32): 5 bits a character.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// length is that of a code: 65 bits.
const length = 13

// newCode returns a code in its normal form.
func newCode() string {
	var random [length]byte
	rand.Read(random[:]) // never fails
	for i, b := range random {
		random[i] = alphabet[b%32]
	}
	return string(random[:])
}

// grouped is how a code is shown: xxxx-xxxx-xxxx-x.
func grouped(code string) string {
	var groups []string
	for ; len(code) > 4; code = code[4:] {
		groups = append(groups, code[:4])
	}
	return strings.Join(append(groups, code), "-")
}

// normal brings what was typed into the one form that is compared: spaces and dashes out, lower
// case, and letters for the digits they were taken for. ok is false for what cannot be a code.
func normal(typed string) (code string, ok bool) {
	code = strings.Map(spell, typed)
	return code, len(code) == length && strings.Trim(code, alphabet) == ""
}

func spell(c rune) rune {
	switch {
	case c >= 'A' && c <= 'Z':
		c += 'a' - 'A'
	case strings.ContainsRune(" \t\r\n-\u2010\u2011\u2012\u2013\u00a0", c):
		return -1
	}
	switch c {
	case 'o':
		return '0'
	case 'i', 'l':
		return '1'
	}
	return c
}

// digest is what is kept: salted with the user, because 65 bits are few enough to be searched for in
// many accounts at once (NIST SP 800-63B section 3.1.2.2).
func digest(userID, code string) []byte { return storage.Digest("recovery:" + userID + ":" + code) }
