package e2e

import (
	"strings"
	"testing"
)

// alice is the demo user that the programs sign in.
const alice = "u_alice"

// spoken is an access token, or the claims of an ID token, as a library handed it out.
type spoken struct {
	Sub, Email, Name string
	Scope, Aud       any
	Active           bool
	TokenType        string `json:"token_type"`
	AccessToken      string `json:"access_token"`
	RefreshToken     string `json:"refresh_token"`
}

func TestNodeOpenIDClient(t *testing.T) {
	t.Parallel()
	s := onSandbox(t)
	a := s.localApp(t, "Weather app", "--post-logout-redirect-uri", "http://127.0.0.1:8484/")
	bank := s.localApp(t, "Weather bank", "--jwks", s.keys.published(), "--require-par", "--dpop")
	bot := s.create(t, "agent", "--name", "weather-bot", "--scope", "read_weather", "--audience", "https://api.example")
	var said struct {
		Claims, User, Agent, Device spoken
		Refreshed                   bool
		Introspected                struct{ Before, After spoken }
		SignedOut                   string
		Keyed                       struct {
			Pushed bool
			Type   string
			User   spoken
		}
		Registered struct {
			ClientID  string `json:"client_id"`
			HasSecret bool
			Sub       string
		}
	}
	s.run(t, "openid-client.mjs", &said,
		"CLIENT_ID="+a.ClientID, "CLIENT_SECRET="+a.ClientSecret, "AGENT_ID="+bot.ClientID, "AGENT_SECRET="+bot.ClientSecret,
		"KEYED_ID="+bank.ClientID, "DEVICE_ID="+s.clock(t).ClientID)
	for what, ok := range map[string]bool{
		"ID token":      said.Claims.Sub == alice && said.Claims.Email == "alice@example.com",
		"userinfo":      said.User.Sub == alice && said.User.Name == "Alice",
		"refresh":       said.Refreshed,
		"introspection": said.Introspected.Before.Active && said.Introspected.Before.Sub == alice,
		"revocation":    !said.Introspected.After.Active,
		"sign-out":      said.SignedOut == "http://127.0.0.1:8484/",
		"agent":         said.Agent.Scope == "read_weather",
		"PAR":           said.Keyed.Pushed,
		"DPoP":          said.Keyed.Type == "dpop" && said.Keyed.User.Sub == alice, // the library writes types small
		"registration":  strings.HasPrefix(said.Registered.ClientID, "c_dyn_") && said.Registered.HasSecret && said.Registered.Sub == alice,
		"device":        said.Device.Sub == alice && said.Device.Email == "alice@example.com",
	} {
		if !ok {
			t.Errorf("%s: %+v", what, said)
		}
	}
}

func TestNodeOAuth4WebAPI(t *testing.T) {
	t.Parallel()
	s := onSandbox(t)
	bot := s.create(t, "agent", "--name", "weather-bot", "--scope", "read_weather", "--jwks", s.keys.published())
	var said struct {
		Client, Type string
		User, Device spoken
		Agent        struct{ Token, State, After spoken }
	}
	s.run(t, "oauth4webapi.mjs", &said, "KEYED_AGENT_ID="+bot.ClientID, "DEVICE_ID="+s.clock(t).ClientID)
	for what, ok := range map[string]bool{
		"registration":          strings.HasPrefix(said.Client, "c_dyn_"),
		"PAR, DPoP, code":       said.Type == "dpop",
		"refresh, userinfo":     said.User.Sub == alice && said.User.Email == "alice@example.com",
		"private_key_jwt":       said.Agent.Token.Scope == "read_weather",
		"introspection of it":   said.Agent.State.Active && said.Agent.State.Sub == bot.ClientID,
		"revocation of it":      !said.Agent.After.Active,
		"device, without pause": said.Device.Sub == alice,
	} {
		if !ok {
			t.Errorf("%s: %+v", what, said)
		}
	}
}

func TestNodeAuthJS(t *testing.T) {
	t.Parallel()
	s := onSandbox(t)
	a := s.create(t, "client", "--name", "Auth.js", "--redirect-uri", "http://127.0.0.1:8686/auth/callback/symbolon")
	var said struct {
		Callback, Home string
		User           struct{ ID, Name, Email string }
	}
	s.run(t, "auth-core.mjs", &said, "AUTH_SYMBOLON_ISSUER="+s.issuer, "AUTH_SYMBOLON_ID="+a.ClientID,
		"AUTH_SYMBOLON_SECRET="+a.ClientSecret, "AUTH_SECRET="+random()+random())
	if said.User.ID != alice || said.User.Email != "alice@example.com" || said.Callback != "/auth/callback/symbolon" || said.Home != "http://127.0.0.1:8686" {
		t.Errorf("%+v", said)
	}
}
