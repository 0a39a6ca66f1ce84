package durable

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// ms is a time as it is stored: milliseconds since 1970, the zero time as 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// instant scans what ms stored.
type instant struct{ t *time.Time }

func (i instant) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("time stored as %T", src)
	}
	*i.t = time.Time{}
	if n != 0 {
		*i.t = time.UnixMilli(n).UTC()
	}
	return nil
}

// document scans a JSON value.
type document struct{ into any }

func (d document) Scan(src any) error {
	switch text := src.(type) {
	case string:
		return json.Unmarshal([]byte(text), d.into)
	case []byte:
		return json.Unmarshal(text, d.into)
	default:
		return fmt.Errorf("document stored as %T", src)
	}
}

// naming scans a JSON value only when it says something of this name.
type naming struct {
	name string
	into any
}

func (n naming) Scan(src any) error {
	if text, ok := src.(string); ok && !strings.Contains(text, n.name) {
		return nil
	}
	return document{n.into}.Scan(src)
}

// words scans a list of words without spaces, stored with one between them.
type words struct{ into *[]string }

func (w words) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("words stored as %T", src)
	}
	*w.into = nil
	if text != "" {
		*w.into = strings.Split(text, " ")
	}
	return nil
}

// names scans a list of names, which may hold spaces, stored as JSON; an empty one is nil.
type names struct{ into *[]string }

func (n names) Scan(src any) error {
	if err := (document{n.into}).Scan(src); err != nil || len(*n.into) > 0 {
		return err
	}
	*n.into = nil
	return nil
}

func asNames(all []string) string {
	text, _ := json.Marshal(append([]string{}, all...)) // strings always marshal
	return string(text)
}

// blob is b, never NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// nothing scans a column that is not needed.
type nothing struct{}

func (nothing) Scan(any) error { return nil }

func skip(columns int) []any {
	fields := make([]any, columns)
	for i := range fields {
		fields[i] = nothing{}
	}
	return fields
}
