package templates

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
)

func negotiate(p *Pages, path, accept, cookie string) (string, []*http.Cookie) {
	r, w := httptest.NewRequest("GET", path, nil), httptest.NewRecorder()
	if accept != "" {
		r.Header.Set("Accept-Language", accept)
	}
	if cookie != "" {
		r.Header.Set("Cookie", "symbolon_lang="+cookie)
	}
	return p.Language(true)(w, r), w.Result().Cookies()
}

func TestNonsenseIsAnsweredInEnglish(t *testing.T) {
	p := mustNew(t, Brand{})
	for _, accept := range []string{"", "*", "ja", "tlh", "de;q=", "de;q=0", ";;;", "d\x00e", strings.Repeat("x", 256) + ",de", strings.Repeat("-", 10000), strings.Repeat("ja,", 100) + "de"} {
		if got, _ := negotiate(p, "/login", accept, ""); got != "en" {
			t.Errorf("Accept-Language %.40q: %q", accept, got)
		}
	}
	for _, path := range []string{"/authorize?ui_locales=", "/authorize?ui_locales=ja", "/authorize?ui_locales=../../etc/passwd", "/login?ui_locales=de", "/authorize/x?ui_locales=de"} {
		if got, cookies := negotiate(p, path, "", "<script>"); got != "en" || len(cookies) != 0 {
			t.Errorf("%s: %q %v", path, got, cookies)
		}
	}
}

func TestBrowserChoosesTheLanguage(t *testing.T) {
	p := mustNew(t, Brand{})
	for accept, want := range map[string]string{
		"de": "de", "de-CH, en;q=0.5": "de", "ja, fr;q=0.3": "fr", "fr-CA": "fr", "es-419,es;q=0.9,en;q=0.8": "es",
		"en-GB,de;q=0.9": "en", "de," + strings.Repeat("ja,", 200): "de",
	} {
		if got, _ := negotiate(p, "/login", accept, ""); got != want {
			t.Errorf("Accept-Language %.40q: %q, want %q", accept, got, want)
		}
	}
	if got, _ := negotiate(p, "/login", "de", "fr"); got != "fr" {
		t.Errorf("with a cookie for fr: %q", got)
	}
}

func TestApplicationChoosesTheLanguageOfThePagesThatFollow(t *testing.T) {
	p := mustNew(t, Brand{BasePath: "/auth"})
	got, cookies := negotiate(p, "/auth/authorize?client_id=x&ui_locales=xx-invalid!+ja+fr-CA+de", "es", "de")
	if got != "fr" || len(cookies) != 1 {
		t.Fatalf("%q %v", got, cookies)
	}
	c := cookies[0]
	if c.Name != "symbolon_lang" || c.Value != "fr" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 1800 || c.Path != "/auth" {
		t.Errorf("cookie %v", c)
	}
	if got, _ := negotiate(p, "/auth/login", "es", c.Value); got != "fr" {
		t.Errorf("the next page is in %q", got)
	}
}

func TestChosenLanguageIsRememberedAndLeadsBackToAPageOfOurs(t *testing.T) {
	p := mustNew(t, Brand{BasePath: "/auth"})
	choose := p.Choose("https://id.example", true)
	for referer, want := range map[string]string{
		"https://id.example/auth/login?request=abc": "/auth/login?request=abc",
		"https://id.example/auth/account":           "/auth/account",
		"":                                          "/auth/account",
		"https://evil.example/auth/login":           "/auth/account",
		"http://id.example/auth/login":              "/auth/account",
		"https://id.example//evil.example/":         "/auth/account",
		"https://id.example/\\\\evil.example":       "/%5C%5Cevil.example",
		"https://id.example@evil.example/":          "/auth/account",
		"javascript:alert(1)":                       "/auth/account",
		"://":                                       "/auth/account",
	} {
		r := httptest.NewRequest(http.MethodGet, "/auth/language?to=fr", nil)
		r.Header.Set("Referer", referer)
		w := httptest.NewRecorder()
		choose.ServeHTTP(w, r)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("from %q: %d %q", referer, w.Code, w.Header().Get("Location"))
		}
		if c := w.Result().Cookies(); len(c) != 1 || c[0].Value != "fr" || !c[0].Secure || !c[0].HttpOnly {
			t.Errorf("from %q: %v", referer, c)
		}
	}
	for _, unknown := range []string{"", "xx", "<script>", strings.Repeat("a", 9000)} {
		w := httptest.NewRecorder()
		choose.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/auth/language?to="+url.QueryEscape(unknown), nil))
		if len(w.Result().Cookies()) != 0 {
			t.Errorf("%.20q is remembered", unknown)
		}
	}
}

func TestFootOfEveryPageHasTheLinksOfTheOperator(t *testing.T) {
	p := mustNew(t, Brand{Links: []Link{{"Privacy <b>", "https://example.com/privacy?a=b&c"}, {"Help", "mailto:help@example.com"}}})
	for _, page := range specimens() {
		w := httptest.NewRecorder()
		if err := p.Render(w, http.StatusOK, page); err != nil {
			t.Fatal(err)
		}
		for _, link := range []string{`<a href="https://example.com/privacy?a=b&amp;c">Privacy &lt;b&gt;</a>`, `<a href="mailto:help@example.com">Help</a>`} {
			if strings.Contains(w.Body.String(), "<footer>") && !strings.Contains(w.Body.String(), link) {
				t.Errorf("%T lacks %s", page, link)
			}
		}
	}
}

// ar is a language without a catalogue: what it lacks is English, its direction is right.
func TestAnotherLanguageIsOneMoreFile(t *testing.T) {
	english, err := fs.ReadFile(files, "locales/en.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPages(Brand{}, fstest.MapFS{"locales/en.json": {Data: english}, "locales/ar.json": {Data: []byte(`{"Sign in": "تسجيل الدخول"}`)}})
	if err != nil {
		t.Fatal(err)
	}
	name, _ := negotiate(p, "/login", "ar-EG, en;q=0.5", "")
	body := renderIn(t, p, name, SignIn{Offers: []Offer{MailOffer{}}}).Body.String()
	for _, want := range []string{`<html lang="ar" dir="rtl">`, "<h1>تسجيل الدخول</h1>", "Continue with email"} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q:\n%s", want, body)
		}
	}
	for _, page := range specimens() {
		renderIn(t, p, name, page)
	}
}

func TestBrokenCatalogueStopsTheStart(t *testing.T) {
	english, _ := fs.ReadFile(files, "locales/en.json")
	for _, broken := range []fstest.MapFS{
		{"locales/de.json": {Data: []byte(`{}`)}},
		{"locales/en.json": {Data: english}, "locales/de.json": {Data: []byte(`{"Sign in": `)}},
		{"locales/en.json": {Data: english}, "locales/de.json": {Data: []byte(`{"Sign in": 1}`)}},
	} {
		if _, err := newPages(Brand{}, broken); err == nil {
			t.Errorf("started with %v", broken)
		}
	}
}

func BenchmarkStart(b *testing.B) {
	for range b.N {
		if _, err := New(Brand{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSignIn(b *testing.B) {
	p, err := New(Brand{})
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"en", "fr"} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				w := httptest.NewRecorder()
				w.Header().Set("Content-Language", name)
				if err := p.Render(w, 200, SignIn{App: "Grafana", Offers: []Offer{MailOffer{}, PasskeyOffer{}}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
