package details

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/symbolon-id/symbolon/legible"
)

// Asked reads what a client asks for (RFC 9396 section 2), as the JSON that is kept and returned: each
// detail of one of the types allowed to this client, with what its type demands and nothing else. Its
// error is Malformed.
func (t *Types) Asked(text string, allowed []string) (json.RawMessage, error) {
	all, err := parse(text)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		if err := t.judge(d, allowed); err != nil {
			return nil, err
		}
	}
	return canonical(all), nil
}

func (t *Types) judge(d detail, allowed []string) error {
	name, _ := d["type"].(string)
	known, ok := t.known[name]
	if !ok || !slices.Contains(allowed, name) {
		return Malformed{"An authorization detail has a type that is unknown or not allowed for this client."}
	}
	return judgeObject(name, d, known.Fields, "type")
}

// judgeObject names only what is registered: where is a type and a path below it.
func judgeObject(where string, object detail, fields map[string]Field, besides string) error {
	for name, value := range object {
		f, ok := fields[name]
		if name == besides {
			continue
		}
		if !ok {
			return Malformed{"The authorization detail " + where + " has a member that its type does not know."}
		}
		if err := f.judge(where+"."+name, name, value); err != nil {
			return err
		}
	}
	for name, f := range fields {
		if _, there := object[name]; f.Required && !there {
			return Malformed{fmt.Sprintf("The authorization detail %s is missing the member %s.", where, name)}
		}
	}
	return nil
}

func (f Field) judge(where, name string, value any) error {
	ok := false
	switch f.kind(name) {
	case kindString:
		text, isText := value.(string)
		ok = isText && legible.Visible(text) && f.admits(text)
	case kindStrings:
		list, isList := value.([]any)
		ok = isList && len(list) > 0 && !slices.ContainsFunc(list, func(one any) bool {
			text, isText := one.(string)
			return !isText || !legible.Visible(text) || !f.admits(text)
		})
	case kindNumber:
		_, ok = value.(json.Number)
	case kindBoolean:
		_, ok = value.(bool)
	case kindObject:
		object, isObject := value.(detail)
		if isObject {
			return judgeObject(where, object, f.Fields, "")
		}
	}
	if !ok {
		return Malformed{"The authorization detail " + where + " has a value that its type does not allow."}
	}
	return nil
}

func (f Field) admits(text string) bool {
	return len(f.Values) == 0 || slices.Contains(f.Values, text)
}
