package registration

import (
	"encoding/json"
	"errors"

	"github.com/symbolon-id/symbolon/strictjson"
)

const maxDepth = 16

// object is a JSON object that says everything once. Names are compared byte for byte; a null member
// is one that is not there.
type object map[string]any

func parseObject(text []byte) (object, error) {
	value, err := strictjson.Parse(text, maxDepth)
	if err != nil {
		return nil, malformed(inJSON(err))
	}
	o, ok := value.(map[string]any)
	if !ok {
		return nil, malformed("The request body must be a JSON object.")
	}
	return o, nil
}

func inJSON(err error) string {
	switch {
	case errors.Is(err, strictjson.ErrDepth):
		return "The JSON is nested too deeply."
	case errors.Is(err, strictjson.ErrName):
		return "The JSON contains a malformed member name."
	case errors.Is(err, strictjson.ErrDuplicate):
		return "The JSON contains a duplicate member."
	}
	return "The request body is not valid JSON."
}

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
