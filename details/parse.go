package details

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/symbolon-id/symbolon/strictjson"
)

// detail is one authorization detail: strings, json.Numbers, bools, lists and maps of them.
type detail = map[string]any

const (
	maxDetails = 16
	maxDepth   = maxNesting + 3 // the list, the detail, its objects, a list in them
	maxText    = 1 << 10        // bytes
)

// Malformed says what is wrong with authorization details. Why holds nothing that was sent.
type Malformed struct{ Why string }

func (e Malformed) Error() string { return e.Why }

// parse reads a list of details. What two parsers could read differently is refused, and what a person
// could not see.
func parse(text string) ([]detail, error) {
	value, err := strictjson.Parse([]byte(text), maxDepth)
	if err != nil {
		return nil, Malformed{inJSON(err)}
	}
	if err := checkValues(value); err != nil {
		return nil, err
	}
	list, ok := value.([]any)
	if !ok || len(list) == 0 || len(list) > maxDetails {
		return nil, Malformed{"The authorization_details must be a list of 1 to 16 objects."}
	}
	all := make([]detail, len(list))
	for i, one := range list {
		if all[i], ok = one.(detail); !ok {
			return nil, Malformed{"The authorization_details must be a list of objects."}
		}
	}
	return all, nil
}

func inJSON(err error) string {
	if errors.Is(err, strictjson.ErrDuplicate) {
		return "The authorization_details contain a duplicate member."
	}
	return "The authorization_details are not valid JSON or are nested too deeply."
}

// checkValues judges each value, whatever its place.
func checkValues(value any) error {
	switch value := value.(type) {
	case detail:
		for _, member := range value {
			if err := checkValues(member); err != nil {
				return err
			}
		}
	case []any:
		for _, element := range value {
			if err := checkValues(element); err != nil {
				return err
			}
		}
	case json.Number:
		return checkNumber(value)
	case string:
		if !readable(value) {
			return Malformed{"A string in authorization_details is too long or contains characters that cannot be displayed."}
		}
	case nil:
		return Malformed{"The authorization_details must not contain null."}
	}
	return nil
}

func checkNumber(n json.Number) error {
	if len(n) > 32 {
		return Malformed{"A number in authorization_details is too long."}
	}
	if _, err := n.Float64(); err != nil {
		return Malformed{"A number in authorization_details is too large."} // 1e400: every reader makes something else of it
	}
	return nil
}

// readable: what a person is to allow must look like what it is. Control characters and those that
// turn the direction of writing around do not; a surrogate that stands alone decodes to U+FFFD.
func readable(text string) bool {
	return len(text) <= maxText && !strings.ContainsFunc(text, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || fills(r)
	})
}

// fills tells the characters that count as letters or symbols and show nothing.
func fills(r rune) bool {
	switch r {
	case 0x115f, 0x1160, 0x3164, 0xffa0, 0x2800: // Hangul fillers, the blank of Braille
		return true
	}
	return false
}

// blank tells whether nothing of a text can be seen: spaces, joiners, marks without a letter.
func blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) })
}

// canonical is JSON that is the same for the same details.
func canonical(all []detail) json.RawMessage {
	if len(all) == 0 {
		return nil
	}
	text, err := json.Marshal(all) // sorts the members
	if err != nil {
		panic(err) // what was read from JSON can be written
	}
	return text
}

// stored reads what canonical wrote.
func stored(raw json.RawMessage) []detail {
	if len(raw) == 0 {
		return nil
	}
	all, err := parse(string(raw))
	if err != nil {
		return nil // not of ours: it allows nothing
	}
	return all
}
