package details_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/templates"
)

const registered = `[
	{"type": "payment", "sentence": "Pay {amount.value} {amount.currency} to {creditor}",
	 "sentences": {"de": "{amount.value} {amount.currency} an {creditor} zahlen"},
	 "fields": {
		"creditor": {"required": true},
		"amount": {"required": true, "fields": {"value": {"kind": "number", "required": true}, "currency": {"required": true, "values": ["EUR", "USD"]}}},
		"reference": {"label": "Reference", "labels": {"de": "Zweck"}},
		"express": {"kind": "boolean"}
	 }},
	{"type": "files", "sentence": "Work with your files",
	 "fields": {"actions": {"required": true, "values": ["read", "write"]}, "locations": {}, "identifier": {}, "tags": {"kind": "strings"}}}
]`

var both = []string{"payment", "files"}

func types(t *testing.T, text string) *details.Types {
	t.Helper()
	types, err := details.ParseTypes(text)
	if err != nil {
		t.Fatal(err)
	}
	return types
}

const payment = `{"type":"payment","creditor":"Shop","amount":{"value":12.50,"currency":"EUR"}}`

func TestDetailsThatAreRefused(t *testing.T) {
	known := types(t, registered)
	for name, text := range map[string]string{
		"no JSON":                     `payment`,
		"an object":                   payment,
		"an empty list":               `[]`,
		"a list of lists":             `[[]]`,
		"two values":                  `[` + payment + `] []`,
		"null":                        `null`,
		"cut off":                     `[` + payment,
		"no type":                     `[{"creditor":"Shop"}]`,
		"an unknown type":             `[{"type":"root"}]`,
		"another case":                `[{"type":"Payment"}]`,
		"a type that is no string":    `[{"type":["payment"]}]`,
		"a type twice":                `[{"type":"payment","type":"files","actions":["read"]}]`,
		"a member twice":              `[{"type":"files","actions":["read"],"actions":["write"]}]`,
		"twice, once escaped":         `[{"type":"files","actions":["read"],"\u0061ctions":["write"]}]`,
		"twice, further in":           `[{"type":"payment","creditor":"Shop","amount":{"value":1,"currency":"EUR","value":2}}]`,
		"a required one missing":      `[{"type":"payment","amount":{"value":1,"currency":"EUR"}}]`,
		"further in":                  `[{"type":"payment","creditor":"Shop","amount":{"value":1}}]`,
		"an unknown member":           `[{"type":"files","actions":["read"],"owner":"root"}]`,
		"one of another type":         `[{"type":"files","actions":["read"],"creditor":"Shop"}]`,
		"one that RFC 9396 knows":     `[{"type":"files","actions":["read"],"privileges":["admin"]}]`,
		"unknown, further in":         `[{"type":"payment","creditor":"Shop","amount":{"value":1,"currency":"EUR","x":1}}]`,
		"type, further in":            `[{"type":"payment","creditor":"Shop","amount":{"value":1,"currency":"EUR","type":"x"}}]`,
		"a value that is not listed":  `[{"type":"files","actions":["read","delete"]}]`,
		"in another case":             `[{"type":"files","actions":["READ"]}]`,
		"an empty list of values":     `[{"type":"files","actions":[]}]`,
		"a string for a list":         `[{"type":"files","actions":"read"}]`,
		"a list for a string":         `[{"type":"files","actions":["read"],"identifier":["x"]}]`,
		"a number in a list":          `[{"type":"files","actions":["read"],"tags":[1]}]`,
		"an empty string":             `[{"type":"files","actions":["read"],"identifier":""}]`,
		"null for a string":           `[{"type":"files","actions":["read"],"identifier":null}]`,
		"a string for a number":       `[{"type":"payment","creditor":"Shop","amount":{"value":"1","currency":"EUR"}}]`,
		"a string for a flag":         `[` + strings.Replace(payment, "{", `{"express":"true",`, 1) + `]`,
		"a number for an object":      `[{"type":"payment","creditor":"Shop","amount":1}]`,
		"a control character":         `[{"type":"files","actions":["read"],"identifier":"a\u0007"}]`,
		"a line break":                `[{"type":"files","actions":["read"],"identifier":"a\nb"}]`,
		"writing turned around":       `[{"type":"files","actions":["read"],"identifier":"a\u202eb"}]`,
		"isolated":                    `[{"type":"files","actions":["read"],"identifier":"a\u2067b"}]`,
		"half a surrogate":            `[{"type":"files","actions":["read"],"identifier":"a\ud800"}]`,
		"a long text":                 `[{"type":"files","actions":["read"],"identifier":"` + strings.Repeat("a", 1025) + `"}]`,
		"spaces":                      `[{"type":"files","actions":["read"],"identifier":"  \u00a0"}]`,
		"characters nobody sees":      `[{"type":"files","actions":["read"],"identifier":"\u200b\u200d\ufe0f"}]`,
		"a mark without a letter":     `[{"type":"files","actions":["read"],"identifier":"\u0301"}]`,
		"the blank of Braille":        `[{"type":"files","actions":["read"],"identifier":"\u2800"}]`,
		"it among letters":            `[{"type":"files","actions":["read"],"identifier":"a\u2800b"}]`,
		"a filler":                    `[{"type":"files","actions":["read"],"identifier":"\u3164"}]`,
		"a blank in a list":           `[{"type":"files","actions":["read"],"tags":["\u200b"]}]`,
		"a blank where one must be":   `[{"type":"payment","creditor":" ","amount":{"value":1,"currency":"EUR"}}]`,
		"a number without end":        `[{"type":"payment","creditor":"Shop","amount":{"value":1e400,"currency":"EUR"}}]`,
		"one below all":               `[{"type":"payment","creditor":"Shop","amount":{"value":-1e400,"currency":"EUR"}}]`,
		"a long number":               `[{"type":"payment","creditor":"Shop","amount":{"value":` + strings.Repeat("1", 33) + `,"currency":"EUR"}}]`,
		"many":                        `[` + strings.Repeat(payment+",", 16) + payment + `]`,
		"deep":                        strings.Repeat("[", 1000) + strings.Repeat("]", 1000),
		"deep objects":                `[{"type":` + strings.Repeat(`{"a":`, 1000) + `1` + strings.Repeat("}", 1000) + `}]`,
		"one bad one among good ones": `[` + payment + `,{"type":"root"}]`,
		"a long name":                 `[{"type":"files","actions":["read"],"` + strings.Repeat("a", 3000) + `":1}]`,
	} {
		_, err := known.Asked(text, both)
		wrong, ok := errors.AsType[details.Malformed](err)
		if !ok {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.Contains(wrong.Why, "root") || strings.Contains(wrong.Why, "owner") || len(wrong.Why) > 200 {
			t.Errorf("%s: the refusal repeats what was sent: %s", name, wrong.Why)
		}
	}
	for name, allowed := range map[string][]string{"not allowed": {"files"}, "nothing allowed": nil} {
		if _, err := known.Asked(`[`+payment+`]`, allowed); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	if _, err := (&details.Types{}).Asked(`[`+payment+`]`, both); err == nil {
		t.Error("without types one passes")
	}
}

func asked(t *testing.T, list ...string) json.RawMessage {
	t.Helper()
	raw, err := types(t, registered).Asked("["+strings.Join(list, ",")+"]", both)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestDetailsKeepEveryDigit(t *testing.T) {
	got := asked(t, ` { "amount" : {"currency":"EUR", "value": 12.50}, "creditor":"Caf\u00e9 <&>", "type":"payment"} `)
	if want := `[{"amount":{"currency":"EUR","value":12.50},"creditor":"Café \u003c\u0026\u003e","type":"payment"}]`; string(got) != want {
		t.Errorf("%s", got)
	}
}

func TestNarrowerIsOnlyWhatLiesWithin(t *testing.T) {
	const rw = `{"type":"files","actions":["read","write"],"identifier":"1"}`
	const r = `{"type":"files","actions":["read"],"identifier":"1"}`
	for name, c := range map[string]struct {
		asked, held []string
		within      bool
	}{
		"the same":                {[]string{rw, payment}, []string{payment, rw}, true},
		"one of two":              {[]string{payment}, []string{payment, rw}, true},
		"less in a list":          {[]string{r}, []string{rw}, true},
		"more in a list":          {[]string{rw}, []string{r}, false},
		"another order":           {[]string{strings.Replace(rw, `"read","write"`, `"write","read"`, 1)}, []string{rw}, true},
		"twice what is held once": {[]string{payment, payment}, []string{payment}, false},
		"split in two":            {[]string{r, r}, []string{rw}, false},
		"another value":           {[]string{strings.Replace(r, `"1"`, `"2"`, 1)}, []string{rw}, false},
		"a smaller amount":        {[]string{strings.Replace(payment, "12.50", "1", 1)}, []string{payment}, false},
		"a member less":           {[]string{strings.Replace(r, `,"identifier":"1"`, "", 1)}, []string{rw}, false},
		"a member more":           {[]string{strings.Replace(r, "}", `,"tags":["x"]}`, 1)}, []string{rw}, false},
		"another type":            {[]string{payment}, []string{rw}, false},
	} {
		if details.Within(asked(t, c.asked...), asked(t, c.held...)) != c.within {
			t.Errorf("%s: %v", name, !c.within)
		}
	}
	if details.Within(asked(t, r), nil) || !details.Within(nil, asked(t, r)) || details.Within(asked(t, r), []byte("x")) {
		t.Error("nothing is something")
	}
}

func TestWhatIsNoLongerAllowedIsNotHeld(t *testing.T) {
	const r = `{"type":"files","actions":["read"]}`
	known, granted := types(t, registered), asked(t, payment, r)
	if got := known.Held(granted, []string{"files"}); string(got) != string(asked(t, r)) {
		t.Errorf("%s", got)
	}
	if got := known.Held(granted, nil); got != nil {
		t.Errorf("%s", got)
	}
	stricter := types(t, strings.Replace(registered, `["read", "write"]`, `["write"]`, 1))
	if got := stricter.Held(granted, both); string(got) != string(asked(t, payment)) {
		t.Errorf("%s", got)
	}
}

// said is a sentence as it reads, with the client's values in brackets.
func said(d templates.Detail) string {
	var b strings.Builder
	for _, p := range d.Sentence {
		b.WriteString(p.Text)
		if p.Value != "" {
			b.WriteString("[" + p.Value + "]")
		}
	}
	for _, m := range d.Members {
		fmt.Fprintf(&b, "; %s/%s=%s", m.Name, m.Label, strings.Join(m.Values, "|"))
		if m.Yes || m.No {
			fmt.Fprint(&b, m.Yes)
		}
	}
	return b.String()
}

func TestEveryMemberIsSaid(t *testing.T) {
	known := types(t, registered)
	all := asked(t, strings.Replace(payment, "{", `{"reference":"{creditor} 7","express":false,`, 1), `{"type":"files","actions":["read","write"],"tags":["a, b","c"]}`)
	for language, want := range map[string][]string{
		"en": {"Pay [12.50] [EUR] to [Shop]; express/=false; reference/Reference={creditor} 7", "Work with your files; actions/=read|write; tags/=a, b|c"},
		"de": {"[12.50] [EUR] an [Shop] zahlen; express/=false; reference/Zweck={creditor} 7", "Work with your files; actions/=read|write; tags/=a, b|c"},
		"":   {"Pay [12.50] [EUR] to [Shop]; express/=false; reference/Reference={creditor} 7", "Work with your files; actions/=read|write; tags/=a, b|c"},
	} {
		var got []string
		for _, d := range known.Describe(all, language) {
			got = append(got, said(d))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", language, got)
		}
	}
	for _, d := range types(t, "").Describe(all, "en") { // taken away meanwhile
		if len(d.Sentence) != 0 || d.Type == "" || len(d.Members) == 0 {
			t.Errorf("%+v", d)
		}
	}
}

func TestTypesThatCannotBeRegistered(t *testing.T) {
	one := func(fields string) string { return `[{"type":"x","sentence":"X","fields":` + fields + `}]` }
	for name, text := range map[string]string{
		"no JSON":               `payment`,
		"an object":             `{"type":"x","sentence":"X"}`,
		"an unknown key":        `[{"type":"x","sentence":"X","schema":{}}]`,
		"no name":               `[{"sentence":"X"}]`,
		"two words":             `[{"type":"x y","sentence":"X"}]`,
		"no sentence":           `[{"type":"x"}]`,
		"twice":                 `[{"type":"x","sentence":"X"},{"type":"x","sentence":"Y"}]`,
		"two lists":             `[] []`,
		"an unknown kind":       one(`{"a":{"kind":"date"}}`),
		"a field called type":   one(`{"type":{}}`),
		"a dot":                 one(`{"a.b":{}}`),
		"actions as string":     one(`{"actions":{"kind":"string"}}`),
		"identifier as list":    one(`{"identifier":{"kind":"strings"}}`),
		"values of numbers":     one(`{"a":{"kind":"number","values":["1"]}}`),
		"an object of nothing":  one(`{"a":{"kind":"object"}}`),
		"a string with fields":  one(`{"a":{"kind":"string","fields":{"b":{}}}}`),
		"too deep":              one(`{"a":{"fields":{"b":{"fields":{"c":{"fields":{"d":{"fields":{"e":{}}}}}}}}}}`),
		"a sentence about none": `[{"type":"x","sentence":"X {a}"}]`,
		"about an optional one": `[{"type":"x","sentence":"X {a}","fields":{"a":{}}}]`,
		"optional further up":   `[{"type":"x","sentence":"X {a.b}","fields":{"a":{"fields":{"b":{"required":true}}}}}]`,
		"about an object":       `[{"type":"x","sentence":"X {a}","fields":{"a":{"required":true,"fields":{"b":{"required":true}}}}}]`,
		"about a flag":          `[{"type":"x","sentence":"X {a}","fields":{"a":{"kind":"boolean","required":true}}}]`,
		"in another language":   `[{"type":"x","sentence":"X","sentences":{"de":"X {a}"}}]`,
	} {
		if _, err := details.ParseTypes(text); err == nil {
			t.Errorf("%s is registered", name)
		}
	}
	if names := types(t, registered).Names(); !slices.Equal(names, both) {
		t.Errorf("%v", names)
	}
}

func FuzzAsked(f *testing.F) {
	f.Add("[" + payment + "]")
	known, err := details.ParseTypes(registered)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := known.Asked(text, both)
		if err != nil {
			return
		}
		again, err := known.Asked(string(raw), both)
		if err != nil || string(again) != string(raw) || !details.Within(raw, raw) || string(known.Held(raw, both)) != string(raw) {
			t.Errorf("%s becomes %s, %v", raw, again, err)
		}
		known.Describe(raw, "de")
	})
}
