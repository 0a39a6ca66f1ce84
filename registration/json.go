package registration

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

const maxDepth = 16

// object is a JSON object that says everything once. Names are compared byte for byte; a null member
// is one that is not there.
type object map[string]any

// parseObject refuses what two parsers could read in two ways: a name given twice, bytes that are
// not UTF-8, a byte order mark, anything behind the object.
func parseObject(text []byte) (object, error) {
	if !utf8.Valid(text) || !json.Valid(text) {
		return nil, malformed("The request body is not valid JSON.")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	value, err := parseValue(dec, maxDepth)
	if err != nil {
		return nil, err
	}
	o, ok := value.(map[string]any)
	if !ok {
		return nil, malformed("The request body must be a JSON object.")
	}
	return o, nil
}

func parseValue(dec *json.Decoder, depth int) (any, error) {
	token, err := dec.Token()
	switch {
	case err != nil:
		return nil, malformed("The request body is not valid JSON.")
	case depth == 0:
		return nil, malformed("The JSON is nested too deeply.")
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
		if err != nil || !ok || strings.ContainsFunc(name, isControl) {
			return nil, malformed("The JSON contains a malformed member name.")
		}
		if _, twice := members[name]; twice {
			return nil, malformed("The JSON contains a duplicate member.")
		}
		if members[name], err = parseValue(dec, depth-1); err != nil {
			return nil, err
		}
	}
	_, err := dec.Token()
	return members, err
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
	_, err := dec.Token()
	return elements, err
}

func isControl(r rune) bool { return r < ' ' || r == utf8.RuneError }

// text returns a string member, "" when it is not there.
func (o object) text(name string) (string, error) {
	switch value := o[name].(type) {
	case nil:
		return "", nil
	case string:
		return value, nil
	}
	return "", malformed(name + " is not a string.")
}

// texts returns a member that is a list of strings; nil when it is not there.
func (o object) texts(name string) ([]string, error) {
	if o[name] == nil {
		return nil, nil
	}
	elements, ok := o[name].([]any)
	if !ok {
		return nil, malformed(name + " is not a list.")
	}
	all := make([]string, len(elements))
	for i, element := range elements {
		if all[i], ok = element.(string); !ok {
			return nil, malformed(name + " is not a list of strings.")
		}
	}
	return all, nil
}

func (o object) flag(name string) (bool, error) {
	switch value := o[name].(type) {
	case nil:
		return false, nil
	case bool:
		return value, nil
	}
	return false, malformed(name + " is neither true nor false.")
}

// number returns a member that is a whole number; nil when it is not there.
func (o object) number(name string) (*int64, error) {
	if o[name] == nil {
		return nil, nil
	}
	number, ok := o[name].(json.Number)
	value, err := number.Int64()
	if !ok || err != nil {
		return nil, malformed(name + " is not a whole number.")
	}
	return &value, nil
}

// raw returns a member that is an object, as JSON; nil when it is not there.
func (o object) raw(name string) (json.RawMessage, error) {
	if o[name] == nil {
		return nil, nil
	}
	if _, ok := o[name].(map[string]any); !ok {
		return nil, malformed(name + " is not an object.")
	}
	return json.Marshal(o[name])
}
