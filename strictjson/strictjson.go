// Package strictjson reads JSON that others wrote so that no two parsers can understand it in two ways
// (I-JSON, RFC 7493): no member twice, names in their exact case, UTF-8, nothing after the value.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// What can be wrong with a text. None of it repeats a byte of the text.
var (
	ErrSyntax    = errors.New("not valid JSON")
	ErrDepth     = errors.New("JSON is nested too deeply")
	ErrName      = errors.New("JSON has a malformed member name")
	ErrDuplicate = errors.New("JSON has a duplicate member")
)

// Parse returns the value a text holds: a map[string]any, []any, string, json.Number, bool or nil. A value
// inside of more than depth-1 objects and lists is an error.
func Parse(text []byte, depth int) (any, error) {
	if !utf8.Valid(text) {
		return nil, ErrSyntax
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	value, err := parseValue(dec, depth)
	if err != nil {
		return nil, err
	}
	if !json.Valid(text) { // something follows
		return nil, ErrSyntax
	}
	return value, nil
}

func parseValue(dec *json.Decoder, depth int) (any, error) {
	token, err := dec.Token()
	switch {
	case err != nil:
		return nil, ErrSyntax
	case depth == 0:
		return nil, ErrDepth
	case token == json.Delim('{'):
		return parseMembers(dec, depth)
	case token == json.Delim('['):
		return parseElements(dec, depth)
	}
	return token, nil
}

func parseMembers(dec *json.Decoder, depth int) (any, error) {
	members := map[string]any{}
	for dec.More() {
		token, err := dec.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, ErrSyntax
		}
		if strings.ContainsFunc(name, isUnreadable) {
			return nil, ErrName
		}
		if _, twice := members[name]; twice {
			return nil, ErrDuplicate
		}
		if members[name], err = parseValue(dec, depth-1); err != nil {
			return nil, err
		}
	}
	return members, end(dec)
}

func parseElements(dec *json.Decoder, depth int) (any, error) {
	elements := []any{}
	for dec.More() {
		element, err := parseValue(dec, depth-1)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	return elements, end(dec)
}

// end reads the bracket that More saw.
func end(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return ErrSyntax
	}
	return nil
}

// isUnreadable tells control characters, and what stands for a surrogate without its other half.
func isUnreadable(r rune) bool { return r < ' ' || r == utf8.RuneError }
