package provider

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func cookieOf(a *answer, name string) string {
	for _, c := range a.Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func TestLocalesOfAPushedRequestChooseTheLanguageOfThePages(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	for locales, want := range map[string]string{"ja fr-CA de": "fr", "ja": "", "": "", "../../x <script>": ""} {
		a := s.get(s.byName(app, s.pushed(app, [2]string{"ui_locales", locales})))
		if got := cookieOf(a, "symbolon_lang"); got != want || a.StatusCode != http.StatusSeeOther {
			t.Errorf("%q: %q, %d", locales, got, a.StatusCode)
		}
	}
}

func TestLocalesOfAPostedRequestTravelOn(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	u, err := url.Parse(s.authorizeURL(s.app(), [2]string{"ui_locales", "de"}))
	s.must(err)
	if to := s.post("/authorize", u.Query()).location(t); to.Query().Get("ui_locales") != "de" {
		t.Errorf("it goes on at %s", to)
	}
}

// People read a sentence of ours; what is wrong is said below, to who wrote the application.
func TestRefusalIsSaidToPeopleAndExplainedToDevelopers(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	a := s.get(s.authorizeURL(s.app(), [2]string{"redirect_uri", "https://evil.test/"}))
	a.page(t, http.StatusBadRequest)
	people, developers, _ := strings.Cut(string(a.body), "<details")
	if !strings.Contains(people, "Contact its developer.") || strings.Contains(people, "redirect_uri") ||
		!strings.Contains(developers, `lang="en">The redirect_uri is not registered for this client.`) {
		t.Errorf("%s", a.body)
	}
}
