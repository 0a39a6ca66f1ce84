package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// speaking reads in a language.
type speaking struct {
	language string
	by       http.RoundTripper
}

func (s speaking) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept-Language", s.language)
	return s.by.RoundTrip(r)
}

// words are the heading of the sign-in page, and part of its mail.
func words() map[string][2]string {
	return map[string][2]string{
		"de": {"Anmelden", "anmelde"},
		"fr": {"Se connecter", "se connecter"},
		"es": {"Iniciar sesión", "código"},
	}
}

func TestPeopleReadPagesAndMailsInTheirLanguage(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		for language, want := range words() {
			v, who := d.visitor(t), d.person(t)
			v.http.Transport = speaking{language + "-CH, en;q=0.5", v.http.Transport}
			p := v.get("/login")
			if !strings.Contains(p.body, `<html lang="`+language+`"`) || !strings.Contains(p.body, want[0]) || p.header.Get("Content-Language") != language {
				t.Errorf("%s: %s", language, p.body)
			}
			code, l := v.askForMail(d, p, who)
			if !strings.Contains(code.body, `lang="`+language+`"`) {
				t.Errorf("%s, the page of the code: %s", language, code.body)
			}
			if strings.Contains(l.text, "Sign in") || !strings.Contains(strings.ToLower(l.subject+l.text), want[1]) {
				t.Errorf("%s, the mail: %s\n%s", language, l.subject, l.text)
			}
		}
	})
}

func TestApplicationsChooseTheLanguageByAddressFormOrPush(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a := d.app(t)
		for way, open := range map[string]func(v *visitor, q url.Values) page{
			"address": func(v *visitor, q url.Values) page { return v.get("/authorize?" + q.Encode()) },
			"form":    func(v *visitor, q url.Values) page { return v.post("/authorize", q) },
			"push": func(v *visitor, q url.Values) page {
				var pairs []string
				for name := range q {
					if name != "client_id" {
						pairs = append(pairs, name, q.Get(name))
					}
				}
				uri := a.call(t, d.issuer, "/par", pairs...).text("request_uri")
				return v.get("/authorize?" + url.Values{"client_id": {a.ClientID}, "request_uri": {uri}}.Encode())
			},
		} {
			asked := must[*url.URL](t)(url.Parse(a.begin("ui_locales", "ja fr-CA de").url))
			v := d.visitor(t)
			v.http.Transport = speaking{"es", v.http.Transport}
			p := v.follow(open(v, asked.Query()))
			if !strings.Contains(p.body, `<html lang="fr"`) {
				t.Errorf("%s: %.200s", way, p.body)
			}
		}
	})
}

func TestLanguageIsChosenAtTheFootOfThePage(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		q := s.app.begin()
		s.open(q.url).see("Sign in to Weather app").press("English").press("Deutsch").see("Bei Weather app anmelden")
		s.fill("email", "ada@example").press("Weiter mit E-Mail")
		s.until("a hint", func() bool { return s.ask(`document.querySelector("#email-error")?.innerText ?? ""`) != "" })
		if n := s.ask(`String(document.querySelectorAll("footer .lang").length)`); n != "0" {
			t.Errorf("the answer to a form offers what leads to no page: %q", n)
		}
		s.fill("email", s.who.email).press("Weiter mit E-Mail").see("Prüfen Sie Ihren Posteingang")
	})
}
