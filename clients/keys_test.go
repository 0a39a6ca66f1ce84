package clients_test

import (
	"testing"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

const ecKeys = `{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}`

func withKeys(c *storage.Client) { c.AuthMethod, c.JWKS = storage.AuthPrivateKeyJWT, []byte(ecKeys) }

func TestKeysThatCouldNotBeUsedAreRefused(t *testing.T) {
	for what, refused := range map[string]struct {
		field  string
		change func(c *storage.Client)
	}{
		"in two places":         {"jwks_uri", func(c *storage.Client) { withKeys(c); c.JWKSURI = "https://app.example/jwks" }},
		"in the clear":          {"jwks_uri", func(c *storage.Client) { c.JWKSURI = "http://app.example/jwks" }},
		"a file":                {"jwks_uri", func(c *storage.Client) { c.JWKSURI = "file:///etc/passwd" }},
		"without a host":        {"jwks_uri", func(c *storage.Client) { c.JWKSURI = "https:///jwks" }},
		"with a password":       {"jwks_uri", func(c *storage.Client) { c.JWKSURI = "https://u:p@app.example/jwks" }},
		"with a fragment":       {"jwks_uri", func(c *storage.Client) { c.JWKSURI = "https://app.example/jwks#1" }},
		"none to sign with":     {"jwks", func(c *storage.Client) { c.RequestAlg = "ES256" }},
		"none, and must sign":   {"jwks", func(c *storage.Client) { c.RequireSigned = true }},
		"none signs nothing":    {"request_object_signing_alg", func(c *storage.Client) { withKeys(c); c.RequestAlg, c.RequireSigned = storage.AlgNone, true }},
		"HMAC requests":         {"request_object_signing_alg", func(c *storage.Client) { withKeys(c); c.RequestAlg = "HS256" }},
		"unsigned responses":    {"authorization_signed_response_alg", func(c *storage.Client) { c.ResponseAlg = "none" }},
		"HMAC assertions":       {"token_endpoint_auth_signing_alg", func(c *storage.Client) { withKeys(c); c.AssertionAlg = "HS256" }},
		"assertions of secrets": {"token_endpoint_auth_signing_alg", func(c *storage.Client) { c.AssertionAlg = "ES256" }},
		"unsigned introspected": {"introspection_signed_response_alg", func(c *storage.Client) { c.IntrospectionAlg = "none" }},
	} {
		wantInvalid(t, refused.field, app(refused.change), what)
	}
	for what, change := range map[string]func(c *storage.Client){
		"at an address": func(c *storage.Client) {
			c.AuthMethod, c.JWKSURI = storage.AuthPrivateKeyJWT, "https://app.example/jwks"
		},
		"beside a secret":      func(c *storage.Client) { c.JWKS, c.RequestAlg, c.RequireSigned = []byte(ecKeys), "ES256", true },
		"none, and signs none": func(c *storage.Client) { c.RequestAlg = storage.AlgNone },
	} {
		if err := clients.Validate(app(change)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestNothingWeakerPassesForFAPI2(t *testing.T) {
	strict := func(change func(c *storage.Client)) storage.Client {
		return app(func(c *storage.Client) {
			withKeys(c)
			c.Profile, c.RedirectURIs = storage.ProfileFAPI2, []string{"https://app.example/cb"}
			change(c)
		})
	}
	for what, change := range map[string]func(c *storage.Client){
		"another profile":    func(c *storage.Client) { c.Profile = "fapi1" },
		"a secret":           func(c *storage.Client) { c.AuthMethod, c.JWKS = "", nil },
		"RS256 tokens":       func(c *storage.Client) { c.SigningAlg = "RS256" },
		"RS256 assertions":   func(c *storage.Client) { c.AssertionAlg = "RS256" },
		"RS256 requests":     func(c *storage.Client) { c.RequestAlg = "RS256" },
		"unsigned requests":  func(c *storage.Client) { c.RequestAlg = storage.AlgNone },
		"RS256 responses":    func(c *storage.Client) { c.ResponseAlg = "RS256" },
		"RS256 introspected": func(c *storage.Client) { c.IntrospectionAlg = "RS256" },
		"RS256 userinfo":     func(c *storage.Client) { c.UserInfoAlg = "RS256" },
		"no PKCE":            func(c *storage.Client) { c.PKCEOptional = true },
		"the device grant":   func(c *storage.Client) { c.GrantTypes = append(c.GrantTypes, clients.GrantDeviceCode) },
		"a loopback":         func(c *storage.Client) { c.RedirectURIs = []string{"http://127.0.0.1/cb"} },
		"a private scheme":   func(c *storage.Client) { c.RedirectURIs = append(c.RedirectURIs, "com.example.app:/cb") },
	} {
		wantInvalid(t, "profile", strict(change), what)
	}
	if err := clients.Validate(strict(func(*storage.Client) {})); err != nil {
		t.Error(err)
	}
}
