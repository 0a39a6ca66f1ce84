package templates

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// languageCookie holds the language an application asked for, for the pages that follow.
const languageCookie = "symbolon_lang"

const languageLife = 30 * 60 // seconds: as long as a sign-in may take

// maxLocales is how many bytes of a list of languages are read.
const maxLocales = 256

// IsLanguage reports whether tag names a language that there is (BCP 47).
func IsLanguage(tag string) bool {
	_, err := language.Parse(tag)
	return err == nil && len(tag) <= 35 && !strings.Contains(tag, "_") // longest in RFC 5646 section 4.4.1
}

// languages finds the one of ours that suits a reader.
type languages struct {
	names   []string // the first one suits when none does
	matcher language.Matcher
}

func newLanguages(all map[string]*locale) languages {
	var l languages
	var tags []language.Tag
	for name, one := range all {
		if !one.english() {
			l.names = append(l.names, name)
		}
	}
	slices.Sort(l.names)
	l.names = slices.Insert(l.names, 0, "en")
	for _, name := range l.names {
		tags = append(tags, all[name].tag)
	}
	l.matcher = language.NewMatcher(tags)
	return l
}

// Language chooses the language of the answer to r: what the application asks for where it sends people
// to sign in or out (ui_locales, OpenID Connect Core §3.1.2.1), which a cookie remembers; else
// that cookie; else what the browser prefers; else English. secure is for the cookie of an https
// issuer.
func (p *Pages) Language(secure bool) func(http.ResponseWriter, *http.Request) string {
	return func(w http.ResponseWriter, r *http.Request) string {
		if asked := p.asked(r); asked != "" {
			p.remember(w, asked, secure)
			return asked
		}
		return cmp.Or(p.languages.of(remembered(r)), p.languages.of(r.Header.Get("Accept-Language")), p.languages.names[0])
	}
}

// remember keeps name for the pages that follow. The cookie is that of this issuer by its path: it needs
// no __Host- prefix, which would not allow one.
func (p *Pages) remember(w http.ResponseWriter, name string, secure bool) {
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: name, Path: cmp.Or(strings.TrimSuffix(p.brand.BasePath, "/"), "/"), MaxAge: languageLife,
		Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// Prefer is Language for the ui_locales of a request that does not have them in its address, because
// it was pushed: this answer and the pages that follow are in the first language of ours among them.
func (p *Pages) Prefer(w http.ResponseWriter, locales string, secure bool) {
	if name := p.among(locales); name != "" {
		p.remember(w, name, secure)
		w.Header().Set("Content-Language", name)
	}
}

// Languages returns those there are, English first.
func (p *Pages) Languages() []string { return slices.Clone(p.languages.names) }

// languagesWith returns those there are, and one more if it is none of them.
func (p *Pages) languagesWith(chosen string) []string {
	if chosen == "" || slices.Contains(p.languages.names, chosen) {
		return p.Languages()
	}
	return append(p.Languages(), chosen)
}

// Choose answers the choice of a language at the foot of every page: the cookie keeps it, and the
// answer leads back to the page, which must be of origin.
func (p *Pages) Choose(origin string, secure bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := p.languages.of(r.URL.Query().Get("to")); name != "" {
			p.remember(w, name, secure)
		}
		http.Redirect(w, r, cmp.Or(Back(r, origin), strings.TrimSuffix(p.brand.BasePath, "/")+"/account"), http.StatusSeeOther)
	})
}

// For returns the language of ours that suits a locale such as de-CH; "" when none does.
func (p *Pages) For(locale string) string { return p.languages.of(locale) }

// asked returns the language of ours that an application asks for, if any.
func (p *Pages) asked(r *http.Request) string {
	path, ours := strings.CutPrefix(r.URL.Path, strings.TrimSuffix(p.brand.BasePath, "/"))
	if !ours || path != "/authorize" && path != "/logout" || !strings.Contains(r.URL.RawQuery, "ui_locales=") {
		return ""
	}
	return p.among(r.URL.Query().Get("ui_locales"))
}

// among returns the first of these that is a language of ours, if any.
func (p *Pages) among(locales string) string {
	for _, locale := range strings.Fields(bounded(locales)) {
		if name := p.languages.of(locale); name != "" {
			return name
		}
	}
	return ""
}

func remembered(r *http.Request) string {
	cookie, err := r.Cookie(languageCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// of returns the language of ours that suits a list as in Accept-Language; "" when none does.
func (l languages) of(list string) string {
	if list == "" {
		return ""
	}
	tags, _, err := language.ParseAcceptLanguage(bounded(list))
	if err != nil || len(tags) == 0 {
		return ""
	}
	_, i, confidence := l.matcher.Match(tags...)
	if confidence == language.No {
		return ""
	}
	return l.names[i]
}

func bounded(list string) string {
	if len(list) <= maxLocales {
		return list
	}
	list = list[:maxLocales]
	return list[:max(strings.LastIndexAny(list, ", "), 0)]
}
