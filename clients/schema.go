package clients

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Schema returns the JSON Schema of a client's metadata, which OpenAPI 3.1 uses as it is.
func (t Table) Schema() map[string]any {
	properties := map[string]any{}
	for _, f := range t {
		properties[f.Name] = f.schema()
	}
	return map[string]any{"type": "object", "properties": properties}
}

func (f Field) schema() map[string]any {
	s := map[string]any{"type": f.jsonType()}
	if s["type"] == "array" {
		s["items"] = map[string]any{"type": "string"}
	}
	if f.Help != "" {
		s["description"] = strings.ReplaceAll(f.Help, "`", "")
	}
	if f.Default != "" {
		s["default"] = f.Default
	}
	if f.Algorithm {
		s["enum"] = f.algorithms()
	}
	if f.Link {
		s["format"] = "uri"
	}
	return s
}

func (f Field) jsonType() string {
	switch f.Column(&storage.Client{}).(type) {
	case *[]string:
		if f.Words {
			return "string"
		}
		return "array"
	case *bool:
		return "boolean"
	case *time.Duration, **int64:
		return "integer"
	case *json.RawMessage:
		return "object"
	}
	return "string"
}
