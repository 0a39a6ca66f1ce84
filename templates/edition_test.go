package templates

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/i18n"
)

// renderIn returns one page in a language.
func renderIn(t *testing.T, p *Pages, name string, page Page) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	w.Header().Set("Content-Language", name)
	if err := p.Render(w, 200, page); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestEveryPageRendersInEveryLanguageWithinTheBudget(t *testing.T) {
	p := mustNew(t, Brand{})
	for _, name := range translations(t) {
		for _, page := range specimens() {
			w := renderIn(t, p, name, page)
			want := fmt.Sprintf(`<html lang="%s" dir="ltr">`, name)
			if _, dev := page.(developers); dev {
				want = `<html lang="en" dir="ltr">`
			}
			if body := w.Body.String(); !strings.Contains(body, want) || i18n.Placeholder.MatchString(body) {
				t.Errorf("%T in %s: lacks %s, or has a placeholder", page, name, want)
			}
			if got := w.Header().Get("Content-Language"); !strings.Contains(want, `"`+got+`"`) {
				t.Errorf("%T: Content-Language %s", page, got)
			}
			if n := w.Body.Len(); n > 6_000 {
				t.Errorf("%T in %s: %d bytes", page, name, n)
			}
		}
		for _, mail := range mailSpecimens() {
			mailsIn(t, p, name, mail)
		}
	}
}

func mailsIn(t *testing.T, p *Pages, name string, mail Mail) {
	t.Helper()
	switch m := mail.(type) {
	case SignInMail:
		m.Language = name
		mail = m
	case InviteMail:
		m.Language = name
		mail = m
	case NoticeMail:
		m.Language = name
		mail = m
	}
	english, _, _, _ := p.Mail(SignInMail{})
	subject, text, body, err := p.Mail(mail)
	if err != nil || subject == english || i18n.Placeholder.MatchString(subject+text+body) || !strings.Contains(body, `lang="`+name+`"`) {
		t.Errorf("%T in %s: %q %v\n%s", mail, name, subject, err, text)
	}
}

func TestMailIsWrittenInItsLanguage(t *testing.T) {
	m := NewDeviceMail(Circumstances{At: anHour, Browser: "Firefox on Linux", Network: "203.0.113.0/24"}, "https://id.example/")
	m.Language = "fr"
	subject, text, _, err := mustNew(t, Brand{Name: "Acme"}).Mail(m)
	if err != nil {
		t.Fatal(err)
	}
	want := `Votre compte a été utilisé dans un navigateur que nous n’avions jamais vu.

Vérifier vos navigateurs :

https://id.example/

Navigateur : Firefox sur Linux
Réseau : 203.0.113.0/24
Quand : 2 mars 2026, 14:05 UTC

Si ce n’était pas vous, ouvrez le lien, déconnectez ce navigateur et supprimez ce que vous ne reconnaissez pas.

Acme
`
	if got := strings.ReplaceAll(text, "\u00a0", " "); subject != "Nouvelle connexion à votre compte" || got != want {
		t.Errorf("%s\n%s", subject, got)
	}
}
