package details

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/templates"
)

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// placeholders are the paths that a sentence names.
func placeholders(sentence string) (paths []string) {
	for _, found := range placeholder.FindAllString(sentence, -1) {
		paths = append(paths, strings.Trim(found, "{}"))
	}
	return paths
}

// Describe says details to a person, in the language if the operator wrote that, else in English:
// each as its sentence, and below it every member that the sentence does not say. Nothing is left out.
func (t *Types) Describe(asked json.RawMessage, language string) (all []templates.Detail) {
	for _, d := range stored(asked) {
		name, _ := d["type"].(string)
		known := t.known[name]
		delete(d, "type")
		members := flat("", d, known.Fields, language)
		sentence := in(language, known.Sentences, known.Sentence)
		said := placeholders(sentence)
		all = append(all, templates.Detail{
			Type: name, Sentence: phrases(sentence, members),
			Members: slices.DeleteFunc(members, func(m templates.DetailMember) bool { return slices.Contains(said, m.Name) }),
		})
	}
	return all
}

// flat lists the members of an object with those of the objects in it, in the order of their names.
func flat(path string, object detail, fields map[string]Field, language string) (all []templates.DetailMember) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		f := fields[name]
		m := templates.DetailMember{Name: path + name, Label: in(language, f.Labels, f.Label)}
		switch value := object[name].(type) {
		case detail:
			all = append(all, flat(m.Name+".", value, f.Fields, language)...)
			continue
		case []any:
			for _, one := range value {
				m.Values = append(m.Values, fmt.Sprint(one))
			}
		case bool:
			m.Yes, m.No = value, !value
		default:
			m.Values = []string{fmt.Sprint(value)}
		}
		all = append(all, m)
	}
	return all
}

// phrases cuts a sentence into the operator's words and the client's values, which a page keeps apart.
func phrases(sentence string, members []templates.DetailMember) (all []templates.Phrase) {
	end := 0
	for _, at := range placeholder.FindAllStringIndex(sentence, -1) {
		all = append(all, templates.Phrase{Text: sentence[end:at[0]]})
		path := strings.Trim(sentence[at[0]:at[1]], "{}")
		for _, m := range members {
			if m.Name == path {
				all = append(all, templates.Phrase{Value: strings.Join(m.Values, ", ")})
			}
		}
		end = at[1]
	}
	if sentence != "" {
		all = append(all, templates.Phrase{Text: sentence[end:]})
	}
	return all
}

// in is the text in a language: the operator's, else the English one.
func in(language string, texts map[string]string, english string) string {
	if text, ok := texts[language]; ok {
		return text
	}
	return english
}
