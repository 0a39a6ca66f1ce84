package config

import (
	"net/netip"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/templates"
)

// object is a JSON Schema of an object that knows all its members.
type object map[string]any

func newObject() object {
	return object{"type": "object", "additionalProperties": false, "properties": object{}}
}

func (o object) set(name string, value object) { o["properties"].(object)[name] = value }

// within returns the object of this name inside o.
func (o object) within(name string) object {
	inner, ok := o["properties"].(object)[name].(object)
	if !ok {
		inner = newObject()
		o.set(name, inner)
	}
	return inner
}

// Schema returns the JSON Schema of the configuration file.
func Schema() object {
	root := newObject()
	root["$schema"], root["title"] = "https://json-schema.org/draft/2020-12/schema", "symbolon.yaml"
	for _, k := range Keys() {
		for _, name := range k.names() {
			place := root
			if outer, inner, nested := strings.Cut(name, "."); nested {
				place, name = root.within(outer), inner
			}
			place.set(name, k.schema())
		}
	}
	return root
}

func (k Key) schema() object {
	o := object{"description": k.usage, "type": "string"}
	if k.initial != "" {
		o["default"] = k.initial
	}
	switch k.field(&Config{}).(type) {
	case *bool:
		o["type"], o["default"] = "boolean", k.initial == "true"
	case *time.Duration:
		o["pattern"] = `^([0-9]+d|([0-9.]+(ms|s|m|h))+)$`
	case *[]netip.Prefix, *[]string:
		o["type"], o["items"] = []string{"array", "string"}, object{"type": "string"}
	case *[]templates.Link:
		o["type"], o["items"], o["maxItems"] = "array", linksSchema(), maxLinks
	case **details.Types:
		o["type"], o["items"] = "array", detailTypesSchema()
	}
	if k.Name == "secret" {
		o["type"], o["items"] = []string{"array", "string"}, object{"type": "string"}
	}
	return o
}
