package templates

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// catalogue is a language's messages by their English text.
func catalogue(t *testing.T, name string) map[string]*i18n.Message {
	t.Helper()
	file, err := i18n.NewBundle(language.English).LoadMessageFileFS(files, "locales/"+name+".json")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*i18n.Message{}
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

// counted are the messages with a number.
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

// inTemplates are the texts that templates say themselves.
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
	for _, text := range slices.Concat(inTemplates(t), handlers(t).texts, shownByProvider(t), composed(), sentences(), ways(), counted(t)) {
		if letters.MatchString(placeholder.ReplaceAllString(text, "")) || strings.ContainsAny(text, ":") {
			wanted[text] = true
		}
	}
	delete(wanted, "The app") // the beginning of two that are composed
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
	found := placeholder.FindAllString(s, -1)
	slices.Sort(found)
	return found
}

// The numbers a page can show; a million of them is nobody's business.
func TestNumbersHaveTheirForms(t *testing.T) {
	p := mustNew(t, Brand{})
	for _, name := range translations(t) {
		for _, id := range counted(t) {
			for n := range 200 {
				said, err := p.editions[name].plurals.Localize(&i18n.LocalizeConfig{MessageID: id, PluralCount: n})
				if err != nil || said == id {
					t.Fatalf("%s: %d of %q: %q %v", name, n, id, said, err)
				}
			}
		}
	}
}

func TestComposedSentencesAreToldAgain(t *testing.T) {
	de, fr := mustNew(t, Brand{}).editions["de"], mustNew(t, Brand{}).editions["fr"]
	for text, want := range map[string]string{
		"Grafana wants you to confirm it’s you.":                           "Grafana möchte, dass Sie bestätigen, dass Sie es sind.",
		"Signed in with a passkey.":                                        "Angemeldet über einen Passkey.",
		"Signed in with an email and an authenticator app.":                "Angemeldet über eine E-Mail und eine Authenticator-App.",
		"Signed in with an email and a passkey and a recovery code.":       "Angemeldet über eine E-Mail und einen Passkey und einen Notfallcode.",
		"Gave an app access to your account.":                              "Eine App darf das Konto verwenden.",
		"Gave a passkey access to your account.":                           "a passkey darf das Konto verwenden.", // a name is a name
		"You can now sign in with the passkey “Mine and a mail”.":          "Sie können sich jetzt über den Passkey „Mine and a mail“ anmelden.",
		"You can use it from 2 March 2026, 14:05 UTC. Keep it until then.": "Sie können ihn ab 2. März 2026, 14:05 UTC verwenden. Bewahren Sie ihn bis dahin auf.",
		"One passkey.":           "1 Passkey.",
		"Two passkeys.":          "2 Passkeys.",
		"Only three codes left.": "Nur noch 3 Codes übrig.",
		"Only one code left. Create new ones before you run out.":             "Nur noch 1 Code übrig. Erstellen Sie rechtzeitig neue.",
		"11 more apps will lose access.":                                      "11 weitere Apps verlieren den Zugriff.",
		"X can use your account wants you to confirm it’s you.":               "X can use your account möchte, dass Sie bestätigen, dass Sie es sind.",
		"Nobody ever translated this on purpose.":                             "Nobody ever translated this on purpose.",
		"You can now sign in with an authenticator app.":                      "Sie können sich jetzt über eine Authenticator-App anmelden.",
		"Someone signed in with one of your recovery codes. You have 3 left.": "Jemand hat sich mit einem Ihrer Notfallcodes angemeldet. Sie haben noch 3.",
	} {
		if got := de.say(text); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
	if got := fr.say("No passkeys."); got != "0 clé d’accès." {
		t.Errorf("%q", got)
	}
	if got := de.browser("Firefox on Linux"); got != "Firefox auf Linux" {
		t.Errorf("%q", got)
	}
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
