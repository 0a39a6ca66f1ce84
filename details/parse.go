package details

import (
	"encoding/json"
	"errors"

	"github.com/symbolon-id/symbolon/legible"
	"github.com/symbolon-id/symbolon/strictjson"
)

// detail is one authorization detail: strings, json.Numbers, bools, lists and maps of them.
type detail = map[string]any

const (
	maxDetails = 16
	maxDepth   = maxNesting + 3 // the list, the detail, its objects, a list in them
	maxText    = 1 << 10        // bytes
)

// Malformed says what makes authorization details invalid. Why holds nothing that was sent.
type Malformed struct{ Why string }

func (e Malformed) Error() string { return e.Why }

// parse reads a list of details that a client sent. What two parsers could read differently is refused, and
// what a person could not see.
func parse(text string) ([]detail, error) {
	all, err := read([]byte(text))
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if err := checkValues(one); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func read(text []byte) ([]detail, error) {
	value, err := strictjson.Parse(text, maxDepth)
	if err != nil {
		return nil, Malformed{inJSON(err)}
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
		if len(value) > maxText || !legible.Value(value) {
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
	all, err := read(raw)
	if err != nil {
		return nil // not of ours: it allows nothing
	}
	return all
}
