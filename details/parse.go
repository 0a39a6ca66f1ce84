package details

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
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

// parse reads a list of details. What two parsers could read differently is refused: names that are
// there twice, and text that is not Unicode.
func parse(text string) ([]detail, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	value, err := parseValue(dec, maxDepth)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, Malformed{"The authorization_details must be a single JSON value."}
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

func parseValue(dec *json.Decoder, depth int) (any, error) {
	token, err := dec.Token()
	if err != nil || depth == 0 {
		return nil, Malformed{"The authorization_details are not valid JSON or are nested too deeply."}
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return parseObject(dec, depth)
		}
		return parseList(dec, depth)
	case json.Number:
		if len(token) > 32 {
			return nil, Malformed{"A number in authorization_details is too long."}
		}
		if _, err := token.Float64(); err != nil {
			return nil, Malformed{"A number in authorization_details is too large."} // 1e400: every reader makes something else of it
		}
	case string:
		if !readable(token) {
			return nil, Malformed{"A string in authorization_details is too long or contains characters that cannot be displayed."}
		}
	case nil:
		return nil, Malformed{"The authorization_details must not contain null."}
	}
	return token, nil
}

func parseObject(dec *json.Decoder, depth int) (any, error) {
	object := detail{}
	for dec.More() {
		token, err := dec.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, Malformed{"The authorization_details are not valid JSON."}
		}
		if _, twice := object[name]; twice {
			return nil, Malformed{"The authorization_details contain a duplicate member."}
		}
		if object[name], err = parseValue(dec, depth-1); err != nil {
			return nil, err
		}
	}
	return object, closed(dec)
}

func parseList(dec *json.Decoder, depth int) (any, error) {
	list := []any{}
	for dec.More() {
		value, err := parseValue(dec, depth-1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, closed(dec)
}

func closed(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return Malformed{"The authorization_details are not valid JSON."}
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
