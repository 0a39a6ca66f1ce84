package templates

import (
	"cmp"
	"fmt"
	"html/template"
	"io/fs"
	"strconv"
	"strings"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/symbolon-id/symbolon/i18n"
)

// The layouts of dates are messages as well: languages order them differently.
const (
	dayLayout    = "2 January 2006"
	momentLayout = "2 January 2006, 15:04 UTC"
)

// locale is one language. A message is found by its English text, so English needs a catalogue for
// plural forms only, and what has no translation is shown in English.
type locale struct {
	tag      language.Tag
	messages map[string]string
	plurals  *goi18n.Localizer
}

// loadLocales reads every catalogue in locales/, by the name of its language.
func loadLocales(catalogues fs.FS) (map[string]*locale, error) {
	names, err := fs.Glob(catalogues, "locales/*.json")
	if err != nil {
		return nil, fmt.Errorf("list languages: %w", err)
	}
	bundle, all := goi18n.NewBundle(language.English), map[string]*locale{}
	for _, name := range names {
		file, err := bundle.LoadMessageFileFS(catalogues, name)
		if err != nil {
			return nil, fmt.Errorf("read language %s: %w", name, err)
		}
		all[file.Tag.String()] = newLocale(bundle, file)
	}
	if all["en"] == nil {
		return nil, fmt.Errorf("read languages: locales/en.json is missing")
	}
	return all, nil
}

func newLocale(bundle *goi18n.Bundle, file *goi18n.MessageFile) *locale {
	l := &locale{tag: file.Tag, messages: map[string]string{}, plurals: goi18n.NewLocalizer(bundle, file.Tag.String())}
	for _, m := range file.Messages {
		l.messages[m.ID] = m.Other
	}
	return l
}

func (l *locale) english() bool { return l.tag == language.English }

// direction returns the dir attribute of the page.
func (l *locale) direction() string {
	script, _ := l.tag.Script()
	switch script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm":
		return "rtl"
	}
	return "ltr"
}

// t translates a text of a template and puts args in the place of its {placeholders}, in the order of the
// English one. With markup among the args (bdi, strong …) the rest is escaped and the result is markup.
func (l *locale) t(text string, args ...any) any {
	if len(args) == 0 {
		return l.exactly(text)
	}
	return fill(l.exactly(text), i18n.Placeholder.FindAllString(text, -1), args)
}

// say translates what a handler says. Of its values the Texts are translated as well; what people typed is
// shown as it is.
func (l *locale) say(text i18n.Text) string {
	message, values := text.Split()
	translated, args := l.exactly(message), make([]any, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case i18n.Text:
			args[i] = l.say(v)
		case time.Time:
			args[i] = l.date(momentLayout, v)
		case int:
			args[i], translated = v, l.plural(message, v)
		default:
			args[i] = v
		}
	}
	return fmt.Sprint(fill(translated, i18n.Placeholder.FindAllString(message, -1), args))
}

// tn translates a text with the form its number n takes.
func (l *locale) tn(text string, n int) string {
	return strings.ReplaceAll(l.plural(text, n), "{n}", strconv.Itoa(n))
}

// plural returns the form of a text for n.
func (l *locale) plural(text string, n int) string {
	said, err := l.plurals.Localize(&goi18n.LocalizeConfig{MessageID: text, PluralCount: n})
	if err != nil {
		return l.exactly(text)
	}
	return said
}

// date writes a time in UTC by a layout of ours.
func (l *locale) date(layout string, at time.Time) string {
	at = at.UTC()
	month := at.Month().String()
	return strings.Replace(at.Format(l.exactly(layout)), month, l.exactly(month), 1)
}

// exactly returns a text that is never part of another; where there is no translation, it is English.
func (l *locale) exactly(text string) string { return cmp.Or(l.messages[text], text) }

// browser translates what login.BrowserName says.
func (l *locale) browser(name string) string {
	browser, system, found := strings.Cut(name, " on ")
	if !found || l.english() {
		return l.exactly(name)
	}
	const on = "{browser} on {system}"
	return fmt.Sprint(l.t(on, l.exactly(browser), system))
}

// fill replaces each placeholder, as named in the order of args.
func fill(text string, names []string, args []any) any {
	of, markup := map[string]any{}, false
	for i, name := range names[:min(len(names), len(args))] {
		_, isMarkup := args[i].(template.HTML)
		of[name], markup = args[i], markup || isMarkup
	}
	var out strings.Builder
	from := 0
	for _, at := range i18n.Placeholder.FindAllStringIndex(text, -1) {
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
