package provider

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/symbolon-id/symbolon/keys"
)

// parametersIn reads the claims of a request object as parameters, as strictly as those of a form.
func parametersIn(claims []byte) (params, *Error) {
	var members map[string]json.RawMessage
	if keys.Unmarshal(claims, &members) != nil {
		return nil, badObject("Its claims are malformed.")
	}
	d := newDecoder()
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if name == "request" || name == "request_uri" {
			return nil, badObject("It must not contain request or request_uri.")
		}
		if limit(name) == 0 {
			continue
		}
		values, ok := valuesIn(name, members[name])
		if !ok {
			return nil, badObject("A parameter in it has a value of the wrong type.")
		}
		for _, value := range values {
			d.take(name, value)
		}
	}
	return d.done()
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
