package clients_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

const (
	firstKey  = `{"kty":"EC","crv":"P-256","kid":"1","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}`
	secondKey = `{"kty":"EC","crv":"P-256","kid":"2","x":"riB0vSIBV0nQMGudd_G7th6GUkoCFsSEbj68v7f1gOA","y":"DGcN7hARZe_3NWVIK_wdA_MR5wvnXjlt6EE2CwMZ6Tg"}`
)

func keySetOf(all ...string) json.RawMessage {
	return json.RawMessage(`{"keys":[` + strings.Join(all, ",") + `]}`)
}

func TestWhatMakesAClientAnotherOneToPeople(t *testing.T) {
	for name, c := range map[string]struct {
		change func(c *storage.Client)
		same   bool
	}{
		"nothing":            {func(*storage.Client) {}, true},
		"name":               {func(c *storage.Client) { c.Name = "Other" }, false},
		"logo":               {func(c *storage.Client) { c.LogoURI = "https://app.example/other.png" }, false},
		"redirect path":      {func(c *storage.Client) { c.RedirectURIs = []string{"https://app.example/other"} }, true},
		"redirect host":      {func(c *storage.Client) { c.RedirectURIs = []string{"https://evil.example/cb"} }, false},
		"one host more":      {func(c *storage.Client) { c.RedirectURIs = append(c.RedirectURIs, "https://evil.example/cb") }, false},
		"its own scheme":     {func(c *storage.Client) { c.RedirectURIs = []string{"com.example:/cb"} }, false},
		"method":             {func(c *storage.Client) { c.AuthMethod, c.JWKS = "", nil }, false},
		"public":             {func(c *storage.Client) { c.Public = true }, false},
		"another key":        {func(c *storage.Client) { c.JWKS = keySetOf(secondKey) }, false},
		"one key more":       {func(c *storage.Client) { c.JWKS = keySetOf(firstKey, secondKey) }, false},
		"the key renamed":    {func(c *storage.Client) { c.JWKS = keySetOf(strings.Replace(firstKey, `"1"`, `"x"`, 1)) }, true},
		"the key with a use": {func(c *storage.Client) { c.JWKS = keySetOf(strings.Replace(firstKey, `{`, `{"use":"sig",`, 1)) }, true},
		"scopes":             {func(c *storage.Client) { c.Scopes = []string{"openid", "email"} }, true}, // asked by themselves
		"terms":              {func(c *storage.Client) { c.TOSURI = "https://app.example/terms" }, true},
	} {
		was := storage.Client{Name: "App", ClientMetadata: storage.ClientMetadata{
			RedirectURIs: []string{"https://app.example/cb"}, AuthMethod: storage.AuthPrivateKeyJWT, JWKS: keySetOf(firstKey),
		}}
		is := was
		is.RedirectURIs = append([]string{}, was.RedirectURIs...)
		c.change(&is)
		if clients.SameFace(was, is) != c.same {
			t.Errorf("%s: the same is %v", name, !c.same)
		}
	}
	at := func(uri string) storage.ClientMetadata {
		return storage.ClientMetadata{AuthMethod: storage.AuthPrivateKeyJWT, JWKSURI: uri}
	}
	named := func(dns, email string) storage.ClientMetadata {
		return storage.ClientMetadata{AuthMethod: storage.AuthTLS, TLSSANDNS: dns, TLSSANEmail: email}
	}
	for name, c := range map[string]struct {
		was, is storage.ClientMetadata
		same    bool
	}{
		"another path of its keys":     {at("https://app.example/jwks"), at("https://app.example/keys?v=2"), true},
		"another host of its keys":     {at("https://app.example/jwks"), at("https://app.example.evil.example/jwks"), false},
		"its keys at an address now":   {storage.ClientMetadata{AuthMethod: storage.AuthPrivateKeyJWT, JWKS: keySetOf(firstKey)}, at("https://app.example/jwks"), false},
		"its keys by value now":        {at("https://app.example/jwks"), storage.ClientMetadata{AuthMethod: storage.AuthPrivateKeyJWT, JWKS: keySetOf(firstKey)}, false},
		"the same certificate name":    {named("app.example", ""), named("app.example", ""), true},
		"another certificate name":     {named("app.example", ""), named("evil.example", ""), false},
		"a certificate name elsewhere": {named("app.example", ""), named("", "app.example"), false},
	} {
		if same := clients.SameFace(storage.Client{ClientMetadata: c.was}, storage.Client{ClientMetadata: c.is}); same != c.same {
			t.Errorf("%s: the same is %v", name, same)
		}
	}
	was := storage.Client{ClientMetadata: storage.ClientMetadata{AuthMethod: storage.AuthPrivateKeyJWT, JWKS: keySetOf(firstKey, secondKey)}}
	is := was
	is.JWKS = keySetOf(secondKey)
	if !clients.SameFace(was, is) {
		t.Error("a key that goes lets nobody new in")
	}
}

func TestLinksThatPeopleAreShownAreHTTPS(t *testing.T) {
	for _, bad := range []string{
		"javascript:alert(1)", "http://app.example/", "https://", "https:app.example", "/about", "https://u@app.example/", "https://app.example/ a",
		"https://app.example/\u202e", "data:text/html,x", "https://app.example:0/", "http://localhost/about", "https://a.example/" + strings.Repeat("a", 3000),
	} {
		if clients.CheckLink("client_uri", bad) == nil {
			t.Errorf("%.40q passes", bad)
		}
	}
	for _, good := range []string{"https://app.example", "https://app.example/a?b=c#privacy", "https://app.example:8443/"} {
		if err := clients.CheckLink("policy_uri", good); err != nil {
			t.Error(err)
		}
	}
	if err := clients.CheckLink("logo_uri", "http://localhost:3000/logo.png"); err != nil {
		t.Errorf("in development: %v", err)
	}
}
