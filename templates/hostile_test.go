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

// Whatever is in the fields, a page has the same elements and attributes as with a harmless word
// there, nothing that runs, and no address that runs: every attack in all fields at once, and in each
// field by itself one of them after the other.
func TestNoFieldOfAnyPageCanAddMarkup(t *testing.T) {
	p, turn := mustNew(t, Brand{}), 0
	for _, specimen := range specimens() {
		fields := textFields(specimen)
		keepsShape(t, p, "en", everywhere(specimen), "all", attacks...)
		for _, field := range fields {
			turn++
			if leaves(field.path) {
				refusesAttacks(t, p, field)
				continue
			}
			keepsShape(t, p, "en", field.set, field.path, attacks[turn%len(attacks)])
		}
	}
}

// The texts of a language are escaped around the names in them.
func TestNoTranslationLetsMarkupIn(t *testing.T) {
	p := mustNew(t, Brand{})
	for _, specimen := range specimens() {
		keepsShape(t, p, "fr", everywhere(specimen), "all", attacks[1], attacks[3])
	}
}

func keepsShape(t *testing.T, p *Pages, language string, set func(string) Page, where string, attacks ...string) {
	t.Helper()
	want := shape(t, p, language, set("harmless"))
	for _, attack := range attacks {
		if got := shape(t, p, language, set(attack)); !slices.Equal(got, want) {
			t.Errorf("%T: %s = %q changed the page:\n got %v\nwant %v", set(attack), where, attack, got, want)
		}
	}
}

// everywhere sets all fields of a page but those that refuse an attack as a whole.
func everywhere(page Page) func(string) Page {
	return func(s string) Page {
		return withTexts(reflect.ValueOf(page), reflect.TypeOf(page).Name(), func(path, was string) string {
			if leaves(path) {
				return was
			}
			return s
		}).Interface().(Page)
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

// leaves lists the fields whose address is refused as a whole when it does not lead where it must.
func leaves(path string) bool {
	return slices.Contains([]string{"HandOff.URL", "FormPost.Action", "SignedOut.NextURL", "Error.BackURL", "AuthenticatorApp.URI"}, path)
}

// shape returns the page's elements with the names of their attributes, in order. The addresses and the
// absence of inline code are checked on the way.
func shape(t *testing.T, p *Pages, language string, page Page) []string {
	t.Helper()
	tree, err := html.Parse(renderIn(t, p, language, page).Body)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for n := range tree.Descendants() {
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
	v, root := reflect.ValueOf(page), reflect.TypeOf(page).Name()
	withTexts(v, root, func(path, was string) string {
		n := len(out)
		out = append(out, textField{path: path, was: was, set: func(s string) Page {
			i := -1
			return withTexts(v, root, func(_, was string) string {
				if i++; i == n {
					return s
				}
				return was
			}).Interface().(Page)
		}})
		return was
	})
	return out
}

// withTexts returns a deep copy of v, whose strings are what set makes of where they are and what they were.
func withTexts(v reflect.Value, path string, set func(path, was string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		out.SetString(set(path, v.String()))
	case reflect.Interface:
		out.Set(withTexts(v.Elem(), path, set))
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(withTexts(v.Index(i), path, set))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				out.Field(i).Set(withTexts(v.Field(i), path+"."+f.Name, set))
			}
		}
	}
	return out
}
