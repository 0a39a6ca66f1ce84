package clients_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

func TestPairwiseSubjectsWithoutASectorThatSomebodyOwnsAreRefused(t *testing.T) {
	for what, redirects := range map[string][]string{
		"two hosts": {"https://app.example/cb", "https://www.app.example/cb"}, "localhost": {"http://localhost/cb"}, "secure localhost": {"https://localhost/cb"},
		"loopback": {"http://127.0.0.1/cb"}, "IPv6 loopback": {"https://[::1]/cb"}, "own scheme": {"com.example.app:/cb"}, "host of an own scheme": {"cursor://app.example/cb"},
		"one of them loopback": {"https://app.example/cb", "http://127.0.0.1/cb"},
	} {
		wantInvalid(t, "sector_identifier_uri", app(func(c *storage.Client) {
			c.SubjectType, c.RedirectURIs = storage.SubjectPairwise, redirects
		}), what)
		wantValid(t, app(func(c *storage.Client) {
			c.SubjectType, c.RedirectURIs, c.SectorIdentifierURI = storage.SubjectPairwise, redirects, "https://app.example/redirects.json"
		}), what)
	}
}

func TestWhatOpenIDConnectDoesNotKnowIsRefused(t *testing.T) {
	number := func(n int64) *int64 { return &n }
	for what, refused := range map[string]struct {
		field  string
		change func(c *storage.Client)
	}{
		"subject type":       {"subject_type", func(c *storage.Client) { c.SubjectType = "private" }},
		"plain sector":       {"sector_identifier_uri", func(c *storage.Client) { c.SectorIdentifierURI = "http://app.example/x" }},
		"sector of a script": {"sector_identifier_uri", func(c *storage.Client) { c.SectorIdentifierURI = "javascript:alert(1)" }},
		"sector of nobody":   {"sector_identifier_uri", func(c *storage.Client) { c.SectorIdentifierURI = "https:///x" }},
		"userinfo alg":       {"userinfo_signed_response_alg", func(c *storage.Client) { c.UserInfoAlg = "none" }},
		"weak userinfo alg":  {"userinfo_signed_response_alg", func(c *storage.Client) { c.UserInfoAlg = "HS256" }},
		"ID token claims":    {"id_token_claims", func(c *storage.Client) { c.IDTokenClaims = "all" }},
		"negative age":       {"default_max_age", func(c *storage.Client) { c.DefaultMaxAge = number(-1) }},
		"age beyond numbers": {"default_max_age", func(c *storage.Client) { c.DefaultMaxAge = number(1 << 40) }},
		"two acrs in one":    {"default_acr_values", func(c *storage.Client) { c.DefaultACRValues = []string{"a b"} }},
		"many acrs":          {"default_acr_values", func(c *storage.Client) { c.DefaultACRValues = slices.Repeat([]string{"a"}, 17) }},
		"plain login":        {"initiate_login_uri", func(c *storage.Client) { c.InitiateLoginURI = "http://app.example/login" }},
		"bidi contact":       {"contacts", func(c *storage.Client) { c.Contacts = []string{"a\u202eb@c.example"} }},
		"long contact":       {"contacts", func(c *storage.Client) { c.Contacts = []string{strings.Repeat("a", 255)} }},
		"many contacts":      {"contacts", func(c *storage.Client) { c.Contacts = slices.Repeat([]string{"a@b.example"}, 11) }},
		"application":        {"application_type", func(c *storage.Client) { c.ApplicationType = "mobile" }},
		"web with a scheme":  {"redirect_uris", func(c *storage.Client) { c.ApplicationType, c.RedirectURIs = "web", []string{"com.example.app:/cb"} }},
	} {
		wantInvalid(t, refused.field, app(refused.change), what)
	}
}

// VS Code says that it is native and registers https addresses too.
func TestWhatOpenIDClientsRegisterIsAccepted(t *testing.T) {
	hour := int64(3600)
	wantValid(t, app(func(c *storage.Client) {
		c.SubjectType, c.UserInfoAlg, c.IDTokenClaims = storage.SubjectPairwise, "EdDSA", storage.IDTokenMinimal
		c.DefaultMaxAge, c.RequireAuthTime, c.DefaultACRValues = &hour, true, []string{"urn:symbolon:acr:mfa", "phr"}
		c.InitiateLoginURI, c.Contacts, c.ApplicationType = "https://grafana.example/start", []string{"ops@grafana.example"}, "web"
	}), "everything")
	wantValid(t, app(func(c *storage.Client) {
		c.ApplicationType, c.RedirectURIs = "native", []string{"https://vscode.dev/redirect", "http://127.0.0.1/", "vscode://callback/cb"}
	}), "native")
	wantValid(t, app(func(c *storage.Client) {
		c.ApplicationType, c.RedirectURIs = "web", []string{"http://localhost:3000/cb"}
	}), "web in development")
}
