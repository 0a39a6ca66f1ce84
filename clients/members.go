package clients

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Member is one member of a JSON object.
type Member struct {
	Name  string
	Value any
}

// Members is a JSON object in the order of its members.
type Members []Member

// MarshalJSON writes the members in their order.
func (m Members) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	out.WriteByte('{')
	for i, one := range m {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := enc.Encode(one.Name); err != nil {
			return nil, err
		}
		out.WriteByte(':')
		if err := enc.Encode(one.Value); err != nil {
			return nil, err
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// View returns what the operator sees of c.
func (t Table) View(c storage.Client) Members {
	var all Members
	for f := range t.Of(c.Kind) {
		value := f.json(c)
		if f.Default != "" && isEmpty(value) {
			value = f.Default
		}
		if f.Always || !isEmpty(value) {
			all = append(all, Member{f.local(), value})
		}
	}
	return all
}

// Answer returns what software is told of its own registration c.
func (t Table) Answer(c storage.Client) Members {
	var all Members
	for f := range t.Registered() {
		value := f.json(c)
		if f.Always && f.Default != "" && isEmpty(value) {
			value = f.Default
		}
		if f.Always || !isEmpty(value) {
			all = append(all, Member{f.Name, value})
		}
	}
	return all
}

// Value returns what is in effect for c: a string, []string, bool, time.Duration, *int64 or
// json.RawMessage.
func (f Field) Value(c storage.Client) any {
	switch column := f.Column(&c).(type) {
	case *string:
		if f.Effective != nil {
			return f.Effective(c)
		}
		return *column
	case *[]string:
		if f.Words {
			return strings.Join(*column, " ")
		}
		return append([]string{}, *column...)
	case *bool:
		return *column != f.Negative
	case *time.Duration:
		return *column
	case *json.RawMessage:
		return *column
	case **int64:
		return *column
	}
	panic("clients: " + f.Name + " has a column of a type that is not known")
}

// json returns the value as JSON has it: durations are seconds.
func (f Field) json(c storage.Client) any {
	value := f.Value(c)
	if d, ok := value.(time.Duration); ok {
		return int64(d / time.Second)
	}
	return value
}

// isEmpty is omitempty of encoding/json.
func isEmpty(value any) bool {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Slice {
		return v.Len() == 0
	}
	return v.IsZero()
}
