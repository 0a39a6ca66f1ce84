package apps

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
)

func knownApplications(t *testing.T) []Application {
	t.Helper()
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("only %d applications are known", len(all))
	}
	return all
}

func TestMalformedApplicationsAreRefused(t *testing.T) {
	for what, content := range map[string]string{
		"no text":          "title: X\n",
		"an unknown line":  "title: X\nscopes: openid\n---\ntext\n",
		"a broken pattern": "title: X\n---\n{{.Issuer\n",
	} {
		if _, err := read("x", content); err == nil {
			t.Errorf("%s passes", what)
		}
	}
}

func TestEveryApplicationCanBeRegisteredAsItIs(t *testing.T) {
	for _, app := range knownApplications(t) {
		c := app.Client("https://app.example:8443/path")
		c.Kind = storage.KindApp
		c.GrantTypes = []string{clients.GrantAuthorizationCode, clients.GrantRefreshToken}
		if err := clients.Validate(c); err != nil {
			t.Errorf("%s: %v", app.Name, err)
		}
		for _, uri := range slices.Concat(c.RedirectURIs, c.PostLogoutRedirectURIs) {
			if err := oauth.ValidRedirectURI(uri); err != nil || strings.ContainsAny(uri, "{}") {
				t.Errorf("%s: %s: %v", app.Name, uri, err)
			}
		}
		if len(c.RedirectURIs) == 0 || !slices.Contains(c.Scopes, "openid") {
			t.Errorf("%s: %v %v", app.Name, c.RedirectURIs, c.Scopes)
		}
	}
}

func TestEveryApplicationIsToldWhoItIsAndWhoWeAre(t *testing.T) {
	b := Values{"https://login.example", "https://app.example", "c_ID", "symbolon_cs_SECRET"}
	for _, app := range knownApplications(t) {
		text, err := app.Configuration(b)
		if err != nil {
			t.Errorf("%s: %v", app.Name, err)
			continue
		}
		for what, value := range map[string]string{"issuer": b.Issuer, "client id": b.ClientID} {
			if !strings.Contains(text, value) {
				t.Errorf("%s is not told the %s", app.Name, what)
			}
		}
		if strings.Contains(text, b.ClientSecret) == app.public {
			t.Errorf("%s: public %v, and its secret in the configuration %v", app.Name, app.public, !app.public)
		}
		if strings.Contains(text, "<no value>") || strings.Contains(text, "{{") || !strings.HasSuffix(text, "\n") {
			t.Errorf("%s: something is missing:\n%s", app.Name, text)
		}
	}
}

func TestEveryApplicationSaysByWhichDocumentationItGoes(t *testing.T) {
	page, err := os.ReadFile("../../docs/clients/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, app := range knownApplications(t) {
		if !regexp.MustCompile(`[ ,]` + regexp.QuoteMeta(app.Name) + `[,.]`).Match(page) {
			t.Errorf("docs/clients/README.md does not list %s", app.Name)
		}
		if app.Title == "" || app.File == "" || !strings.Contains(app.Follows, "https://") {
			t.Errorf("%s: title %q, file %q, follows %q", app.Name, app.Title, app.File, app.Follows)
		}
		if app.pkceOptional && !strings.Contains(app.Note, "PKCE") {
			t.Errorf("%s goes without PKCE and does not say why", app.Name)
		}
	}
}

func TestOnlyWhatTheTestsRunSaysSo(t *testing.T) {
	for _, app := range knownApplications(t) {
		runs := false
		for _, file := range testFiles(t, "../../e2e/*_test.go") {
			runs = runs || strings.Contains(file, `.configured(t, "`+app.Name+`"`)
		}
		if says := strings.HasPrefix(app.Follows, "run by our tests"); says != runs {
			t.Errorf("%s: says that our tests run it %v, and they do %v", app.Name, says, runs)
		}
	}
}

func testFiles(t *testing.T, pattern string) (texts []string) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %v", pattern, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}
