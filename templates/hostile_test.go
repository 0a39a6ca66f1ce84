package templates

import (
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var attacks = []string{
	`<script>alert(1)</script>`,
	`"><svg onload=alert(1)>`,
	`' onmouseover='alert(1)`,
	`</title></textarea></style><img src=x onerror=alert(1)>`,
	`javascript:alert(1)//`,
	"java\nscript:alert(1)",
	`data:text/html,<script>alert(1)</script>`,
	`{{.}}{{template "layout" .}}`,
	"\u202egnp.exe\u2066<b>\x00",
	`--><script>alert(1)</script><!--`,
	`&lt;script&gt;alert(1)&lt;/script&gt;&#x22;`,
}

// Whatever stands in whichever field, a page has the same elements and attributes as with a
// harmless word there, nothing that runs, and no address that runs.
func TestNoFieldOfAnyPageCanAddMarkup(t *testing.T) {
	p := mustNew(t, Brand{})
	for _, specimen := range specimens() {
		for _, field := range textFields(specimen) {
			if leaves(field.path) {
				refusesAttacks(t, p, field)
				continue
			}
			want := shape(t, p, field.set("harmless"))
			for _, attack := range attacks {
				if got := shape(t, p, field.set(attack)); !slices.Equal(got, want) {
					t.Errorf("%s = %q changed the page:\n got %v\nwant %v", field.path, attack, got, want)
				}
			}
		}
	}
}

func refusesAttacks(t *testing.T, p *Pages, field textField) {
	t.Helper()
	for _, attack := range attacks {
		if err := p.Render(httptest.NewRecorder(), 200, field.set(attack)); err == nil && field.was != "" {
			t.Errorf("%s sends people to %q", field.path, attack)
		}
	}
}

// leaves tells the fields whose address is refused as a whole when it does not lead where it must.
func leaves(path string) bool {
	return slices.Contains([]string{"HandOff.URL", "FormPost.Action", "AuthenticatorApp.URI"}, path)
}

// shape is the page's elements with the names of their attributes, in order. The addresses and the
// absence of inline code are checked on the way.
func shape(t *testing.T, p *Pages, page Page) []string {
	t.Helper()
	var out []string
	for n := range render(t, p, page).Descendants() {
		if n.Type != html.ElementNode || n.Data == "wbr" { // wbr: a long host may break
			continue
		}
		names := []string{n.Data}
		for _, a := range n.Attr {
			names = append(names, a.Key)
			refuseInline(t, n, a)
		}
		if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
			t.Errorf("%T has an inline <%s>", page, n.Data)
		}
		out = append(out, strings.Join(names, " "))
	}
	return out
}

func refuseInline(t *testing.T, n *html.Node, a html.Attribute) {
	t.Helper()
	if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
		t.Errorf("<%s> has an inline %s", n.Data, a.Key)
	}
	if !slices.Contains([]string{"href", "src", "action", "formaction"}, a.Key) {
		return
	}
	scheme, _, found := strings.Cut(a.Val, ":")
	if found && slices.Contains(hostile, strings.ToLower(strings.TrimSpace(scheme))) {
		t.Errorf("<%s %s=%q> runs", n.Data, a.Key, a.Val)
	}
}

// textField is one string somewhere in a page; set returns a copy of the page that differs there.
type textField struct {
	path string
	was  string
	set  func(string) Page
}

func textFields(page Page) []textField {
	var out []textField
	for i, found := range textPaths(reflect.ValueOf(page), reflect.TypeOf(page).Name()) {
		out = append(out, textField{path: found.path, was: found.was, set: func(s string) Page {
			n := i
			return withText(reflect.ValueOf(page), &n, s).Interface().(Page)
		}})
	}
	return out
}

func textPaths(v reflect.Value, path string) (out []textField) {
	switch v.Kind() {
	case reflect.String:
		return []textField{{path: path, was: v.String()}}
	case reflect.Interface:
		return textPaths(v.Elem(), path)
	case reflect.Slice:
		for i := range v.Len() {
			out = append(out, textPaths(v.Index(i), path)...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				out = append(out, textPaths(v.Field(i), path+"."+f.Name)...)
			}
		}
	}
	return out
}

// withText is a deep copy of v in which the n-th string is s; it counts as textPaths does.
func withText(v reflect.Value, n *int, s string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		if *n == 0 {
			out.SetString(s)
		}
		*n--
	case reflect.Interface:
		out.Set(withText(v.Elem(), n, s))
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(withText(v.Index(i), n, s))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(withText(v.Field(i), n, s))
			}
		}
	}
	return out
}
