// Package i18n is what the server says to people before it is known in which language: a message, and the
// values that stand in it. Package templates says it in the language of the page or email.
//
// A message is known by its English text, as in gettext: the code reads as the page does, and a text that
// changes is missing from the other catalogues until it is translated. What people typed is a string, never
// a Text, and only ever stands in a message as a value, so that it is shown as it is.
package i18n

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Text is something to say: a constant such as "Passkey added.", or what Say made; "" says nothing. It can be
// compared, and templates find an empty one empty.
type Text string

// values begin behind this: no message and nothing that people may type has it.
const separator = "\x00"

// Say returns message with values in the place of its {placeholders}, in order: a string is shown as it is,
// a Text in the language of the page, a time.Time as a moment in UTC; an int stands for {n}, and chooses the
// plural form.
func Say(message Text, values ...any) Text {
	list := make([]value, len(values))
	for i, v := range values {
		list[i] = newValue(v)
	}
	encoded, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return message + separator + Text(encoded)
}

// Verbatim returns s as a Text that is the same in every language.
func Verbatim(s string) Text { return Say("{text}", s) }

// value is one of a message; one of its fields is set.
type value struct {
	String *string    `json:"s,omitempty"`
	Text   *Text      `json:"t,omitempty"`
	Time   *time.Time `json:"w,omitempty"`
	Number *int       `json:"n,omitempty"`
}

func newValue(v any) value {
	switch v := v.(type) {
	case string:
		return value{String: &v}
	case Text:
		return value{Text: &v}
	case time.Time:
		return value{Time: &v}
	case int:
		return value{Number: &v}
	}
	panic(fmt.Sprintf("i18n: a %T cannot stand in a message", v))
}

// Split returns the message of t and its values: each a string, a Text, a time.Time or an int.
func (t Text) Split() (message string, values []any) {
	message, encoded, ok := strings.Cut(string(t), separator)
	var list []value
	if !ok || json.Unmarshal([]byte(encoded), &list) != nil {
		return message, nil
	}
	for _, v := range list {
		switch {
		case v.String != nil:
			values = append(values, *v.String)
		case v.Text != nil:
			values = append(values, *v.Text)
		case v.Time != nil:
			values = append(values, *v.Time)
		default:
			values = append(values, *v.Number)
		}
	}
	return message, values
}

// Placeholder is what a value takes the place of.
var Placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// String returns t in English, for programs and logs.
func (t Text) String() string {
	message, values := t.Split()
	return Placeholder.ReplaceAllStringFunc(message, func(name string) string {
		if len(values) == 0 {
			return name
		}
		v := values[0]
		values = values[1:]
		if at, ok := v.(time.Time); ok {
			return at.UTC().Format("2 January 2006, 15:04 UTC")
		}
		return fmt.Sprint(v)
	})
}

// Named returns message with name in it, or unnamed when there is none.
func Named(message, unnamed Text, name string) Text {
	if name == "" {
		return unnamed
	}
	return Say(message, name)
}
