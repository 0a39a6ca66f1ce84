// Package details knows the types of authorization details (RFC 9396) that an operator has registered:
// what one of each type may hold, whether another goes beyond it, and how a user sees it.
//
//	types.go    Types: what an operator writes
//	parse.go    JSON, strictly
//	judge.go    what a client asks for, against its type
//	narrow.go   what part of it a token gets
//	describe.go the sentence and the members, for the consent page
package details

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Type is one type of authorization details.
type Type struct {
	Name      string            `json:"type"`
	Sentence  string            `json:"sentence"`            // what it allows, in English; {member} stands for a value
	Sentences map[string]string `json:"sentences,omitempty"` // the same in other languages: "de"
	Fields    map[string]Field  `json:"fields,omitempty"`    // all it may hold besides its type
}

// Field is one member of a detail.
type Field struct {
	Kind     string            `json:"kind,omitempty"` // see below; without it: strings for the four lists of RFC 9396, else string
	Required bool              `json:"required,omitempty"`
	Values   []string          `json:"values,omitempty"` // the only ones there are; none: any
	Fields   map[string]Field  `json:"fields,omitempty"` // of an object
	Label    string            `json:"label,omitempty"`  // what a person sees beside the value, in English
	Labels   map[string]string `json:"labels,omitempty"` // in other languages
}

// Kinds of Field.
const (
	kindString  = "string"
	kindStrings = "strings" // a list
	kindNumber  = "number"
	kindBoolean = "boolean"
	kindObject  = "object"
)

// lists are the members that RFC 9396 section 2.2 makes lists of strings.
func lists() []string { return []string{"locations", "actions", "datatypes", "privileges"} }

// maxNesting of objects in objects: more cannot be shown.
const maxNesting = 3

// Types are the registered ones. None at all is fine: then nothing can be asked for.
type Types struct {
	known map[string]Type
	names []string
}

// ParseTypes reads the JSON of a list of types; "" is none.
func ParseTypes(text string) (*Types, error) {
	if text == "" {
		return &Types{}, nil
	}
	var list []Type
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&list); err != nil {
		return nil, fmt.Errorf("not a list of types: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not one list of types")
	}
	return NewTypes(list...)
}

// NewTypes registers types, each name once.
func NewTypes(list ...Type) (*Types, error) {
	t := &Types{known: map[string]Type{}}
	for _, one := range list {
		if err := one.check(); err != nil {
			return nil, fmt.Errorf("type %q: %w", one.Name, err)
		}
		if _, twice := t.known[one.Name]; twice {
			return nil, fmt.Errorf("type %q: it is there twice", one.Name)
		}
		t.known[one.Name] = one
		t.names = append(t.names, one.Name)
	}
	return t, nil
}

// Names are those of the types, as registered; nil without any.
func (t *Types) Names() []string { return slices.Clone(t.names) }

func (t Type) check() error {
	if t.Name == "" || len(t.Name) > 256 || strings.ContainsFunc(t.Name, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("it needs a name of visible ASCII")
	}
	if t.Sentence == "" {
		return errors.New("it needs a sentence: people have to know what they allow")
	}
	if err := checkFields(t.Fields, maxNesting); err != nil {
		return err
	}
	for _, sentence := range append([]string{t.Sentence}, values(t.Sentences)...) {
		for _, path := range placeholders(sentence) {
			if f, ok := t.at(path); !ok || f.Kind == kindObject || f.Kind == kindBoolean || !f.Required {
				return fmt.Errorf("the sentence names {%s}, which is no required field with a text or a number", path)
			}
		}
	}
	return nil
}

func checkFields(fields map[string]Field, nesting int) error {
	for name, f := range fields {
		kind := f.kind(name)
		switch {
		case name == "" || name == "type" || strings.ContainsAny(name, ".{}"):
			return fmt.Errorf("%q cannot be the name of a field", name)
		case !slices.Contains([]string{kindString, kindStrings, kindNumber, kindBoolean, kindObject}, kind):
			return fmt.Errorf("field %s: the kind must be string, strings, number, boolean or object", name)
		case slices.Contains(lists(), name) && kind != kindStrings, name == "identifier" && kind != kindString:
			return fmt.Errorf("field %s: RFC 9396 gives it another kind", name)
		case len(f.Values) > 0 && kind != kindString && kind != kindStrings:
			return fmt.Errorf("field %s: only strings have a list of values", name)
		case (kind == kindObject) != (len(f.Fields) > 0):
			return fmt.Errorf("field %s: an object has fields, and nothing else has", name)
		case kind == kindObject && nesting == 0:
			return fmt.Errorf("field %s: too deep; nobody could read it", name)
		}
		if err := checkFields(f.Fields, nesting-1); err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
	}
	return nil
}

func (f Field) kind(name string) string {
	switch {
	case f.Kind != "":
		return f.Kind
	case slices.Contains(lists(), name):
		return kindStrings
	case len(f.Fields) > 0:
		return kindObject
	}
	return kindString
}

// at finds the field of a path such as amount.currency. It is required when all of its path is.
func (t Type) at(path string) (f Field, ok bool) {
	fields, required := t.Fields, true
	for name := range strings.SplitSeq(path, ".") {
		if f, ok = fields[name]; !ok {
			return Field{}, false
		}
		required = required && f.Required
		f.Kind, f.Required, fields = f.kind(name), required, f.Fields
	}
	return f, ok
}

func values(m map[string]string) (all []string) {
	for _, v := range m {
		all = append(all, v)
	}
	return all
}
