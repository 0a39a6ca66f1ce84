package provider

import (
	"net/url"

	"github.com/symbolon-id/symbolon/storage"
)

// agent registers a service account that may have scopes a and b.
func (s *server) agent(change ...func(*storage.Client)) login {
	return s.register(storage.Client{
		ID: storage.NewID(storage.AgentPrefix), Kind: storage.KindAgent, Name: "Agent",
		ClientMetadata: storage.ClientMetadata{
			GrantTypes: []string{"client_credentials"}, Scopes: []string{"a", "b"}, Audiences: []string{"https://mcp.example/mcp", "https://other.example"},
		},
	}, change)
}

const callback = "https://app.example/cb"

// app registers an application with a secret.
func (s *server) app(change ...func(*storage.Client)) login {
	return s.register(storage.Client{
		ID: storage.NewID(storage.ClientPrefix), Kind: storage.KindApp, Name: "App",
		ClientMetadata: storage.ClientMetadata{
			RedirectURIs: []string{callback}, PostLogoutRedirectURIs: []string{"https://app.example/bye"}, FirstParty: true,
			GrantTypes: []string{"authorization_code", "refresh_token"}, Scopes: []string{"openid", "profile", "email", "offline_access"},
		},
	}, change)
}

func public(c *storage.Client) { c.Public = true }

// register stores c after every change; all but public clients get a secret.
func (s *server) register(c storage.Client, changes []func(*storage.Client)) login {
	s.t.Helper()
	c.CreatedAt, c.UpdatedAt = s.now(), s.now()
	for _, change := range changes {
		change(&c)
	}
	secret := ""
	if !c.Public {
		secret = storage.NewBearer(storage.SecretPrefix)
		c.Secrets = append(c.Secrets, storage.ClientSecret{ID: storage.NewID(""), ClientID: c.ID, Digest: storage.Digest(secret), CreatedAt: s.now()})
	}
	s.must(s.db.CreateClient(s.ctx(), c))
	return login{id: c.ID, secret: secret}
}

// agentToken gets an access token as c.
func (s *server) agentToken(c login, resource ...string) string {
	s.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "resource": resource}
	token, _ := s.post("/token", form, c).json(s.t, "access_token").(string)
	if token == "" {
		s.t.Fatal("no token was issued")
	}
	return token
}
