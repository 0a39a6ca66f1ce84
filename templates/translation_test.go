package templates

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/symbolon-id/symbolon/i18n"
)

// catalogue returns a language's messages by their English text.
func catalogue(t *testing.T, name string) map[string]*goi18n.Message {
	t.Helper()
	file, err := goi18n.NewBundle(language.English).LoadMessageFileFS(files, "locales/"+name+".json")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*goi18n.Message{}
	for _, m := range file.Messages {
		all[m.ID] = m
	}
	return all
}

func translations(t *testing.T) []string {
	t.Helper()
	var out []string
	for name, l := range mustNew(t, Brand{}).editions {
		if !l.english() {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// counted returns the messages with a number.
func counted(t *testing.T) (out []string) {
	t.Helper()
	for id, m := range catalogue(t, "en") {
		out = append(out, id)
		if m.Other != id {
			t.Errorf("en.json: %q is found as %q", m.Other, id)
		}
	}
	return out
}

var (
	inTemplate = regexp.MustCompile(`\btn? "((?:[^"\\]|\\.)*)"`)
	letters    = regexp.MustCompile(`\p{L}`)
)

// inTemplates returns the texts that templates say themselves.
func inTemplates(t *testing.T) (out []string) {
	t.Helper()
	eachTemplate(t, func(_, source string) {
		for _, found := range inTemplate.FindAllStringSubmatch(source, -1) {
			out = append(out, found[1])
		}
	})
	return out
}

func eachTemplate(t *testing.T, f func(name, source string)) {
	t.Helper()
	for _, dir := range []string{"pages", "mail"} {
		names, err := fs.Glob(files, dir+"/*")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			source, err := files.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f(name, string(source))
		}
	}
}

func TestTemplatesSayNothingThatCannotBeTranslated(t *testing.T) {
	bare := regexp.MustCompile(`(?s)\{\{define "class"}}\w+|\{\{.*?\}\}|<[^>]*>`)
	said := regexp.MustCompile(`(aria-label|alt|placeholder|title)="[^"{]*\p{L}`)
	eachTemplate(t, func(name, source string) {
		base := path.Base(name)
		if base == "dev-mail.html" || base == "playground.html" {
			return
		}
		if rest := bare.ReplaceAllString(source, ""); letters.MatchString(rest) {
			t.Errorf("%s says %q outside of t", name, strings.Join(strings.Fields(rest), " "))
		}
		if found := said.FindString(source); found != "" {
			t.Errorf("%s says %s outside of t", name, found)
		}
	})
}

func TestEveryLanguageHasEveryMessageAndNoOther(t *testing.T) {
	wanted := map[string]bool{}
	for _, text := range slices.Concat(inTemplates(t), sayings(t), composed(), counted(t)) {
		if letters.MatchString(i18n.Placeholder.ReplaceAllString(text, "")) || strings.ContainsAny(text, ":") {
			wanted[text] = true
		}
	}
	for _, name := range translations(t) {
		have := catalogue(t, name)
		for text := range wanted {
			if have[text] == nil {
				t.Errorf("%s lacks %q", name, text)
			}
		}
		for text := range have {
			if !wanted[text] {
				t.Errorf("%s has %q, which nobody says", name, text)
			}
		}
	}
}

func TestTranslationsKeepPlaceholdersAndAddNoMarkup(t *testing.T) {
	for _, name := range translations(t) {
		for text, m := range catalogue(t, name) {
			for _, said := range []string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
				if said == "" && said != m.Other {
					continue
				}
				if got, want := placeholders(said), placeholders(text); !slices.Equal(got, want) {
					t.Errorf("%s: %q has %v, want %v", name, said, got, want)
				}
				if strings.ContainsAny(said, "<>&\n\"") || strings.TrimSpace(said) != said || said == "" {
					t.Errorf("%s: %q is not a plain text", name, said)
				}
			}
		}
	}
}

func placeholders(s string) []string {
	found := i18n.Placeholder.FindAllString(s, -1)
	slices.Sort(found)
	return found
}

// The numbers a page can show; a million of them is no case.
func TestNumbersHaveTheirForms(t *testing.T) {
	p := mustNew(t, Brand{})
	for _, name := range translations(t) {
		for _, id := range counted(t) {
			for n := range 200 {
				said, err := p.editions[name].plurals.Localize(&goi18n.LocalizeConfig{MessageID: id, PluralCount: n})
				if err != nil || said == id {
					t.Fatalf("%s: %d of %q: %q %v", name, n, id, said, err)
				}
			}
		}
	}
}

func TestValuesStandInTheirMessage(t *testing.T) {
	de, fr := mustNew(t, Brand{}).editions["de"], mustNew(t, Brand{}).editions["fr"]
	for text, want := range map[i18n.Text]string{
		i18n.Say("{app} wants you to confirm it’s you.", "Grafana"):                                                               "Grafana möchte, dass Sie bestätigen, dass Sie es sind.",
		i18n.Say("Signed in with {way}.", i18n.Text("a passkey")):                                                                 "Angemeldet über einen Passkey.",
		i18n.Say("Signed in with {way}.", i18n.Say("{way} and {more}", i18n.Text("an email"), i18n.Text("an authenticator app"))): "Angemeldet über eine E-Mail und eine Authenticator-App.",
		i18n.Say("You can use it from {when}. Keep it until then.", anHour):                                                       "Sie können ihn ab 2. März 2026, 14:05 UTC verwenden. Bewahren Sie ihn bis dahin auf.",
		i18n.Say("{n} passkeys.", 1): "1 Passkey.",
		i18n.Say("Only {n} codes left. Create new ones before you run out.", 1): "Nur noch 1 Code übrig. Erstellen Sie rechtzeitig neue.",
		i18n.Say("{n} more apps will lose access.", 11):                         "11 weitere Apps verlieren den Zugriff.",
		"Nobody ever translated this on purpose.":                               "Nobody ever translated this on purpose.",
	} {
		if got := de.say(text); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
	if got := fr.say(i18n.Say("{n} passkeys.", 0)); got != "0 clé d’accès." {
		t.Errorf("%q", got)
	}
	if got := de.browser("Firefox on Linux"); got != "Firefox auf Linux" {
		t.Errorf("%q", got)
	}
}

// What people typed is shown as they typed it, though it may be a message of ours.
func TestNamesAreNeverTranslated(t *testing.T) {
	for name, e := range mustNew(t, Brand{}).editions {
		for _, typed := range []string{"Profile", "Passkeys", "a passkey", "Signed in with {way}.", "{n} passkeys."} {
			for _, text := range []i18n.Text{i18n.Verbatim(typed), i18n.Say("Gave {app} access to your account.", typed), i18n.Say("Added {way}.", i18n.Say("the passkey “{name}”", typed))} {
				if got := e.say(text); !strings.Contains(got, typed) {
					t.Errorf("%s: %q is not in %q", name, typed, got)
				}
			}
		}
	}
}

// Templates translate literals by t and what handlers say by say, which takes nothing else: a string that
// a person typed can reach neither.
func TestTemplatesTranslateLiteralsOnly(t *testing.T) {
	call := regexp.MustCompile(`[({|] *tn? ([^ })]*)`)
	eachTemplate(t, func(name, source string) {
		for _, found := range call.FindAllStringSubmatch(source, -1) {
			if !strings.HasPrefix(found[1], `"`) {
				t.Errorf("%s: t %s", name, found[1])
			}
		}
	})
}

func TestDatesAreWrittenAsTheLanguageDoes(t *testing.T) {
	p := mustNew(t, Brand{})
	for name, want := range map[string]string{
		"en": "2 March 2026, 14:05 UTC", "de": "2. März 2026, 14:05 UTC", "fr": "2 mars 2026, 14:05 UTC", "es": "2 de marzo de 2026, 14:05 UTC",
	} {
		if got := p.editions[name].date(momentLayout, anHour.In(time.FixedZone("", 3600))); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
