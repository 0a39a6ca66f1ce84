package strictjson_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/strictjson"
)

func TestValuesAreRead(t *testing.T) {
	for text, want := range map[string]any{
		`"a"`:                           "a",
		` 12345678901234567890 `:        json.Number("12345678901234567890"),
		`null`:                          nil,
		`[]`:                            []any{},
		`{"a":[true,{"A":"x"}],"b":{}}`: map[string]any{"a": []any{true, map[string]any{"A": "x"}}, "b": map[string]any{}},
	} {
		got, err := strictjson.Parse([]byte(text), 8)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v", text, got, err)
		}
	}
}

func TestWhatParsersReadDifferentlyIsRefused(t *testing.T) {
	for text, want := range map[string]error{
		``:                             strictjson.ErrSyntax,
		`{`:                            strictjson.ErrSyntax,
		`{"a":1,}`:                     strictjson.ErrSyntax,
		`[1,]`:                         strictjson.ErrSyntax,
		`[1 2]`:                        strictjson.ErrSyntax,
		`{"a" 1}`:                      strictjson.ErrSyntax,
		`[}`:                           strictjson.ErrSyntax,
		`{'a':1}`:                      strictjson.ErrSyntax,
		`{} {}`:                        strictjson.ErrSyntax,
		`{}]`:                          strictjson.ErrSyntax,
		`{}//`:                         strictjson.ErrSyntax,
		"\ufeff{}":                     strictjson.ErrSyntax,
		"{\"a\":\"\xff\"}":             strictjson.ErrSyntax,
		`{"a":NaN}`:                    strictjson.ErrSyntax,
		`{"a":01}`:                     strictjson.ErrSyntax,
		`{"a":1,"a":1}`:                strictjson.ErrDuplicate,
		`{"a":1,"\u0061":1}`:           strictjson.ErrDuplicate,
		`[{"x":{"a":1,"b":2,"a":3}}]`:  strictjson.ErrDuplicate,
		`{"\ud800":1}`:                 strictjson.ErrName,
		`{"a\u0000":1}`:                strictjson.ErrName,
		`[[[[1]]]]`:                    strictjson.ErrDepth,
		`{"a":{"a":{"a":{}}}}`:         nil,
		`{"a":{"a":{"a":{"a":1}}}}`:    strictjson.ErrDepth,
		strings.Repeat("[", 1_000_000): strictjson.ErrDepth,
	} {
		if _, err := strictjson.Parse([]byte(text), 4); !errors.Is(err, want) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"a":[1,"b",null]}`)
	f.Fuzz(func(t *testing.T, text string) {
		value, err := strictjson.Parse([]byte(text), 16)
		if err != nil {
			return
		}
		again, err := json.Marshal(value)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		same, err := strictjson.Parse(again, 16)
		if err != nil || !reflect.DeepEqual(value, same) {
			t.Fatalf("%s is read as %s", text, again)
		}
	})
}
