package clients_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

func app(change func(c *storage.Client)) storage.Client {
	c := storage.Client{ID: "c_1", Kind: storage.KindApp, Name: "Grafana", ClientMetadata: storage.ClientMetadata{
		GrantTypes:   []string{clients.GrantAuthorizationCode},
		RedirectURIs: []string{"https://grafana.example/login"},
		Scopes:       []string{"openid"},
	}}
	change(&c)
	return c
}

func agent(change func(c *storage.Client)) storage.Client {
	c := storage.Client{ID: "a_1", Kind: storage.KindAgent, Name: "weather-bot", ClientMetadata: storage.ClientMetadata{
		GrantTypes: []string{clients.GrantClientCredentials},
		Scopes:     []string{"read_weather"},
		Audiences:  []string{"https://api.example"},
	}}
	change(&c)
	return c
}

func wantInvalid(t *testing.T, field string, c storage.Client, what string) {
	t.Helper()
	var invalid clients.Invalid
	if err := clients.Validate(c); !errors.As(err, &invalid) || invalid.Field != field {
		t.Errorf("%s: err = %v, want one of %s", what, err, field)
	} else if len(err.Error()) > 400 || strings.ContainsAny(err.Error(), "\u202e\n\x00") {
		t.Errorf("%s: the error repeats what was sent: %q", what, err)
	}
}

func wantValid(t *testing.T, c storage.Client, what string) {
	t.Helper()
	if err := clients.Validate(c); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

func TestDangerousRedirectURIsAreRefused(t *testing.T) {
	for _, uri := range []string{
		"", "/relative", "//host/path", "example.com/cb", "https:///cb", "https:", "https:example.com/cb",
		"javascript:alert(1)//", "JavaScript://x/%0aalert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
		"blob:https://x/1", "about:blank", "view-source:https://x/", "c:/windows", "urn:ietf:wg:oauth:2.0:oob", "mailto:a@b.example", "ms-settings:privacy", "myapp://cb", "web+app:cb", "slack://open",
		"http://example.com/cb", "http://127.0.0.1.evil.test/cb", "http://127.0.0.2/cb", "http://127.1/cb",
		"http://0x7f000001/cb", "http://2130706433/cb", "http://localhost.evil.test/cb", "http://localhost@evil.test/cb",
		"https://user@app.example/cb", "https://user:pw@app.example/cb", "https://@app.example/cb",
		"https://app.example/cb#", "https://app.example/cb#x", "https://*.example/cb", "https://app.example/*",
		"https://app.example/a/../cb", "https://app.example/cb?iss=https://evil.test", "https://app.example/cb?a=b&%73tate=1", "com.example.app:/cb?code=", "https://app.example/%2e%2E/cb", "https://app.example/./cb",
		"https://app.example:0/cb", "https://app.example:99999/cb", "https://app.example:/cb", "https://app.example:x/cb",
		"https://app.example/c b", "https://app.example/\tcb", "https://app.example/\x00", "https://app.example/%zz",
		`https://app.example\@evil.test/cb`, "https://app.example/<cb>", "https://bücher.example/cb", "https://app.example/\u202ecb",
		"com.example.app:cb", "https://app.example/" + strings.Repeat("a", 10_000),
	} {
		wantInvalid(t, "redirect_uris", app(func(c *storage.Client) { c.RedirectURIs = []string{uri} }), uri)
		wantInvalid(t, "post_logout_redirect_uris", app(func(c *storage.Client) { c.PostLogoutRedirectURIs = []string{uri} }), uri)
	}
}

func TestTooManyRepeatedOrNoRedirectURIsAreRefused(t *testing.T) {
	var many []string
	for i := range 3000 {
		many = append(many, "https://app.example/"+strconv.Itoa(i))
	}
	for what, uris := range map[string][]string{
		"none": nil, "3000": many, "twice the same": {"https://app.example/cb", "https://app.example/cb"},
	} {
		wantInvalid(t, "redirect_uris", app(func(c *storage.Client) { c.RedirectURIs = uris }), what)
	}
}

func TestDeceivingNamesAreRefused(t *testing.T) {
	for _, name := range []string{
		"", " ", " Google", "Google ", "Goo\u200bgle", "elgoo\u202eG", "\u2066x", "\ufeffx", "a\nb", "a\x00", "a\u2028b", "\xff", "Ada\u200d", "a\u00a0b", "a\u2800", "a\U000e0fff",
		strings.Repeat("x", 121),
	} {
		wantInvalid(t, "client_name", app(func(c *storage.Client) { c.Name = name }), name)
	}
}

func TestMalformedScopesAreRefused(t *testing.T) {
	for _, scopes := range [][]string{
		{""}, {"a b"}, {`a"b`}, {`a\b`}, {"a\x7f"}, {"é"}, {"a", "a"}, {strings.Repeat("x", 129)}, slices.Repeat([]string{"x"}, 101),
	} {
		wantInvalid(t, "scope", app(func(c *storage.Client) { c.Scopes = scopes }), strings.Join(scopes, ","))
	}
}

func TestMalformedResourcesAreRefused(t *testing.T) {
	for _, uri := range []string{"", "api", "https://api.example/#x", "https://u@api.example", "https://api.example/ x", "*"} {
		wantInvalid(t, "audience", agent(func(c *storage.Client) { c.Audiences = []string{uri} }), uri)
		wantInvalid(t, "serves", app(func(c *storage.Client) { c.Serves = []string{uri} }), uri)
	}
}

func TestAgentsThatCouldNotWorkOrWouldBePeopleAreRefused(t *testing.T) {
	for what, refused := range map[string]struct {
		field  string
		change func(c *storage.Client)
	}{
		"openid":           {"scope", func(c *storage.Client) { c.Scopes = []string{"openid"} }},
		"offline access":   {"scope", func(c *storage.Client) { c.Scopes = []string{"read", "offline_access"} }},
		"code grant":       {"grant_types", func(c *storage.Client) { c.GrantTypes = []string{clients.GrantAuthorizationCode} }},
		"without a secret": {"grant_types", func(c *storage.Client) { c.Public = true }},
		"long tokens":      {"access_token_ttl", func(c *storage.Client) { c.AccessTokenTTL = time.Hour + time.Second }},
		"long retries":     {"refresh_retry", func(c *storage.Client) { c.RefreshRetry = 31 * time.Minute }},
		"negative retries": {"refresh_retry", func(c *storage.Client) { c.RefreshRetry = -time.Second }},
		"negative life":    {"access_token_ttl", func(c *storage.Client) { c.AccessTokenTTL = -time.Second }},
		"no usable keys": {"jwks", func(c *storage.Client) {
			c.AuthMethod, c.JWKS = storage.AuthPrivateKeyJWT, []byte(`{"keys":[]}`)
		}},
		"empty keys":  {"jwks", func(c *storage.Client) { c.JWKS = []byte(`{"keys":[]}`) }},
		"unknown alg": {"signing_alg", func(c *storage.Client) { c.SigningAlg = "none" }},
	} {
		wantInvalid(t, refused.field, agent(refused.change), what)
	}
}

func TestAppsWithUnknownOrImpossibleGrantsAreRefused(t *testing.T) {
	wantInvalid(t, "grant_types", app(func(c *storage.Client) { c.GrantTypes = []string{"password"} }), "password grant")
	wantInvalid(t, "require_pkce", app(func(c *storage.Client) { c.Public, c.PKCEOptional = true, true }), "public without PKCE")
	wantInvalid(t, "grant_types", app(func(c *storage.Client) {
		c.Public, c.GrantTypes = true, []string{clients.GrantClientCredentials}
	}), "public client credentials")
}

func TestWhatRealClientsRegisterIsAccepted(t *testing.T) {
	for _, uri := range []string{
		"https://grafana.example/login/generic_oauth", "https://app.example:8443/cb?tenant=1", "https://app.example",
		"http://127.0.0.1/callback", "http://127.0.0.1:4321/", "http://[::1]:8080/cb", "http://localhost/callback",
		"com.example.app:/oauth", "cursor://anysphere.cursor-mcp/oauth/callback", "claude://callback", "vscode://publisher.ext/cb",
	} {
		wantValid(t, app(func(c *storage.Client) { c.RedirectURIs = []string{uri} }), uri)
	}
	for _, name := range []string{"Grafana", "Wetter für Köln", "天気", strings.Repeat("é", 120), "R&D <beta>"} {
		wantValid(t, app(func(c *storage.Client) { c.Name = name }), name)
	}
	wantValid(t, agent(func(c *storage.Client) { c.AccessTokenTTL, c.SigningAlg = time.Hour, "ES256" }), "an hour, ES256")
	wantValid(t, agent(func(c *storage.Client) { c.Scopes = []string{"https://api.example/read", "a:b!~#[]"} }), "odd scopes")
}
