package e2e

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// mistaken makes the mistakes that developers make, and returns what they read about them.
func mistaken(t *testing.T, issuer string, c registered, redirect string) map[string]string {
	t.Helper()
	v := &visitor{t: t, http: httpClient(), home: issuer}
	query := url.Values{"client_id": {c.ClientID}, "redirect_uri": {redirect + "/"}, "response_type": {"code"}, "scope": {"openid"}}
	page := v.get("/authorize?" + query.Encode())
	if page.status != http.StatusBadRequest || !strings.Contains(page.body, "/docs/errors.md#invalid_request") {
		t.Errorf("the page does not lead to what it means: %d", page.status)
	}
	query.Set("redirect_uri", redirect)
	token := must[reply](t)(call(v.http, issuer+"/token", registered{ClientID: c.ClientID, ClientSecret: "wrong"}, "grant_type", "client_credentials"))
	r := must[*http.Request](t)(http.NewRequest(http.MethodPost, issuer+"/register", strings.NewReader(`{"redirect_uris":["http://app.example/cb"]}`)))
	r.Header.Set("Content-Type", "application/json")
	return map[string]string{
		"the trailing slash":  html.UnescapeString(page.body),
		"PKCE":                must[string](t)(url.QueryUnescape(v.get("/authorize?" + query.Encode()).location)),
		"the secret":          token.text("error_description"),
		"plain http":          must[reply](t)(replied(v.http, r)).text("error_description"),
		"the way after /bye/": html.UnescapeString(v.get("/logout?" + url.Values{"client_id": {c.ClientID}, "post_logout_redirect_uri": {"https://elsewhere.example/bye/"}}.Encode()).body),
	}
}

var differences = map[string]string{
	"the trailing slash":  ": trailing slash",
	"PKCE":                "send code_challenge",
	"the secret":          "the secret is none of the client's live ones",
	"plain http":          "must use https",
	"the way after /bye/": "host elsewhere.example",
}

func TestDevSaysWhatDiffersOnItsPagesOnly(t *testing.T) {
	t.Parallel()
	issuer := devServer(t)
	said := mistaken(t, issuer, registered{ClientID: "c_demo"}, issuer+"/dev/playground/callback")
	onPage := map[string]bool{"the trailing slash": true, "the way after /bye/": true}
	for what, want := range differences {
		if strings.Contains(said[what], want) != onPage[what] {
			t.Errorf("%s: %q should be told on a page and nowhere else:\n%s", what, want, said[what])
		}
	}
}

func TestProductionTellsNobodyWhatIsRegistered(t *testing.T) {
	t.Parallel()
	d := own(t, plan{name: "open", nodes: 1, env: []string{"SYMBOLON_REGISTRATION=open"}})
	c := d.create(t, "client", "--name", "Weather app", "--redirect-uri", webCallback, "--post-logout-redirect-uri", "https://app.example/bye")
	said := mistaken(t, d.issuer, c, webCallback)
	for what, hint := range differences {
		if said[what] == "" || strings.Contains(said[what], hint) || strings.Contains(said[what], "requested ") {
			t.Errorf("%s: %s", what, said[what])
		}
	}
}
