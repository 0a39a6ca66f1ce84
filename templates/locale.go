package templates

import (
	"cmp"
	"fmt"
	"html/template"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// The layouts of dates are messages as well: languages order them differently.
const (
	dayLayout    = "2 January 2006"
	momentLayout = "2 January 2006, 15:04 UTC"
)

// locale is one language. A message is found by its English text, so English needs a catalogue for
// plural forms only, and what nobody translated is shown in English.
type locale struct {
	tag      language.Tag
	messages map[string]string
	plurals  *i18n.Localizer
	patterns []pattern // sentences that arrive with names in them
	ways     []pattern // and parts of such sentences
}

// loadLocales reads every catalogue in locales/, by the name of its language.
func loadLocales(catalogues fs.FS) (map[string]*locale, error) {
	names, err := fs.Glob(catalogues, "locales/*.json")
	if err != nil {
		return nil, fmt.Errorf("list languages: %w", err)
	}
	bundle, all := i18n.NewBundle(language.English), map[string]*locale{}
	var english []*i18n.Message
	for _, name := range names {
		file, err := bundle.LoadMessageFileFS(catalogues, name)
		if err != nil {
			return nil, fmt.Errorf("read language %s: %w", name, err)
		}
		all[file.Tag.String()] = newLocale(bundle, file)
		if file.Tag == language.English {
			english = file.Messages
		}
	}
	patterns, parts := compile(sentences(), english), compile(ways(), nil)
	for _, l := range all {
		l.patterns, l.ways = patterns, parts
	}
	if all["en"] == nil {
		return nil, fmt.Errorf("read languages: locales/en.json is missing")
	}
	return all, nil
}

func newLocale(bundle *i18n.Bundle, file *i18n.MessageFile) *locale {
	l := &locale{tag: file.Tag, messages: map[string]string{}, plurals: i18n.NewLocalizer(bundle, file.Tag.String())}
	for _, m := range file.Messages {
		l.messages[m.ID] = m.Other
	}
	return l
}

func (l *locale) english() bool { return l.tag == language.English }

// direction is the dir attribute of the page.
func (l *locale) direction() string {
	script, _ := l.tag.Script()
	switch script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm":
		return "rtl"
	}
	return "ltr"
}

// t translates a text and puts args in the place of its {placeholders}, in the order of the English
// one. With markup among the args (bdi, strong …) the rest is escaped and the result is markup.
func (l *locale) t(text string, args ...any) any {
	if len(args) == 0 {
		return l.say(text)
	}
	return fill(l.say(text), placeholder.FindAllString(text, -1), args)
}

// say translates a text that is complete: one of a template, or whatever a handler composed.
func (l *locale) say(text string) string {
	if l.english() || text == "" {
		return text
	}
	if said, found := l.messages[text]; found {
		return said
	}
	return l.retell(l.patterns, text)
}

// tn translates a text with the form its number n takes.
func (l *locale) tn(text string, n int) string {
	said, err := l.plurals.Localize(&i18n.LocalizeConfig{MessageID: text, PluralCount: n})
	if err != nil {
		said = l.say(text)
	}
	return strings.ReplaceAll(said, "{n}", strconv.Itoa(n))
}

// date writes a time in UTC by a layout of ours.
func (l *locale) date(layout string, at time.Time) string {
	at = at.UTC()
	month := at.Month().String()
	return strings.Replace(at.Format(l.exactly(layout)), month, l.exactly(month), 1)
}

// exactly is a text that is never part of another; where nobody translated it, it is English.
func (l *locale) exactly(text string) string { return cmp.Or(l.messages[text], text) }

// browser translates what login.BrowserName says.
func (l *locale) browser(name string) string {
	browser, system, found := strings.Cut(name, " on ")
	if !found || l.english() {
		return l.say(name)
	}
	const on = "{browser} on {system}"
	return fmt.Sprint(l.t(on, l.say(browser), system))
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// fill replaces each placeholder, as named in the order of args.
func fill(text string, names []string, args []any) any {
	of, markup := map[string]any{}, false
	for i, name := range names[:min(len(names), len(args))] {
		_, isMarkup := args[i].(template.HTML)
		of[name], markup = args[i], markup || isMarkup
	}
	var out strings.Builder
	from := 0
	for _, at := range placeholder.FindAllStringIndex(text, -1) {
		write(&out, text[from:at[0]], markup)
		write(&out, of[text[at[0]:at[1]]], markup)
		from = at[1]
	}
	write(&out, text[from:], markup)
	if markup {
		return template.HTML(out.String())
	}
	return out.String()
}

func write(out *strings.Builder, part any, markup bool) {
	trusted, isMarkup := part.(template.HTML)
	switch {
	case isMarkup:
		out.WriteString(string(trusted))
	case markup:
		out.WriteString(template.HTMLEscaper(part))
	default:
		fmt.Fprint(out, part)
	}
}
