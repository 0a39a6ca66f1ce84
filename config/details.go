package config

import (
	"encoding/json"
	"fmt"
	"slices"
)

// checkDetails requires that there is what unregistered software may ask for.
func (c Config) checkDetails() error {
	for _, name := range c.Registration.DetailTypes {
		if c.DetailTypes == nil || !slices.Contains(c.DetailTypes.Names(), name) {
			return fmt.Errorf("unregistered.authorization_details_types names %q, which is not among authorization_details_types", name)
		}
	}
	return nil
}

// holdsObjects reports whether a list is one of objects, not of words.
func holdsObjects(list []any) bool {
	return slices.ContainsFunc(list, func(one any) bool { _, ok := one.(map[string]any); return ok })
}

// asJSON is a list of objects as an environment variable would hold it.
func asJSON(list []any) (string, error) {
	text, err := json.Marshal(list)
	if err != nil {
		return "", fmt.Errorf("read list: %w", err)
	}
	return string(text), nil
}

// detailTypesSchema is what details.ParseTypes reads, for editors.
func detailTypesSchema() object {
	texts := object{"type": "object", "additionalProperties": object{"type": "string"}}
	field := newObject()
	field.set("kind", object{"type": "string", "enum": []string{"string", "strings", "number", "boolean", "object"}})
	field.set("required", object{"type": "boolean"})
	field.set("values", object{"type": "array", "items": object{"type": "string"}})
	field.set("fields", object{"type": "object", "description": "of an object; each like one of these"})
	field.set("label", object{"type": "string", "description": "what people see beside the value"})
	field.set("labels", texts)
	one := newObject()
	one.set("type", object{"type": "string"})
	one.set("sentence", object{"type": "string", "description": "what it allows; {field} stands for a value"})
	one.set("sentences", texts)
	one.set("fields", object{"type": "object", "additionalProperties": field})
	one["required"] = []string{"type", "sentence"}
	return one
}
