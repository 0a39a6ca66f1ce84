package oauth

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/symbolon-id/symbolon/keys"
)

// ReadMembers returns the members of a JSON object as parameters, by the rules for those of a form. It is
// not ok when one has a value of a type that no parameter has.
func ReadMembers(members map[string]json.RawMessage) (form Params, fault *Error, ok bool) {
	d := newDecoder()
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if limit(name) == 0 {
			continue
		}
		values, ok := valuesIn(name, members[name])
		if !ok {
			return nil, nil, false
		}
		for _, value := range values {
			d.take(name, value)
		}
	}
	form, fault = d.done()
	return form, fault, true
}

// valuesIn writes one member as a form would have it: text as it is, a list for what may be repeated,
// numbers and objects as the JSON they are.
func valuesIn(name string, raw json.RawMessage) (values []string, ok bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return nil, false
	}
	switch first := raw[0]; {
	case first == '"':
		values = make([]string, 1)
		return values, keys.Unmarshal(raw, &values[0]) == nil
	case first == '[' && repeatable(name):
		return values, keys.Unmarshal(raw, &values) == nil
	case first == '{', first == '[', first == '-', '0' <= first && first <= '9':
		return []string{string(raw)}, true
	}
	return nil, false // true, false, null
}
