package provider

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// serving lets an app name MCP servers. One was registered with a slash at its end.
func serving(c *storage.Client) {
	c.Audiences = []string{"https://mcp.example/mcp", "https://slash.example/"}
	c.Scopes = append(c.Scopes, "files:read", "files:write")
}

// audienceOf reads an access token of ours.
func (s *server) audienceOf(token string) []string {
	s.t.Helper()
	payload, _, err := s.Keys.Verify(token, accessTokenType)
	s.must(err)
	var claims struct {
		Audience audience `json:"aud"`
	}
	s.must(json.Unmarshal(payload, &claims))
	return claims.Audience
}

// Clients write the resource with a slash or without, as their library normalizes it; what the resource
// server compares with is what was registered.
func TestOneSlashIsForgivenAndTheRegisteredResourceIsWritten(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(serving), s.person("ada")
		for asked, written := range map[string]string{
			"https://mcp.example/mcp": "https://mcp.example/mcp", "https://mcp.example/mcp/": "https://mcp.example/mcp",
			"https://slash.example": "https://slash.example/", "https://slash.example/": "https://slash.example/",
		} {
			issued := s.redeemWith(app, ada.code(app, [2]string{"resource", asked}), [2]string{"resource", asked}).tokens(t)
			if aud := s.audienceOf(issued.AccessToken); !slices.Equal(aud, []string{written}) {
				t.Errorf("%s: aud is %v", asked, aud)
			}
			refreshed := s.refresh(app, issued.RefreshToken).tokens(t)
			if aud := s.audienceOf(refreshed.AccessToken); !slices.Equal(aud, []string{written}) {
				t.Errorf("%s, refreshed: aud is %v", asked, aud)
			}
		}
		for _, other := range []string{"https://mcp.example/mcp//", "https://mcp.example/", "https://mcp.example/MCP", "https://mcp.example/mcp/x", "http://mcp.example/mcp"} {
			to := ada.open(s.authorizeURL(app, [2]string{"resource", other})).location(t)
			if to.Query().Get("error") != "invalid_target" {
				t.Errorf("%s: %s", other, to)
			}
		}
	})
}

// A resource server that answers insufficient_scope makes the client ask for more (step-up). The new
// grant holds what this request asked for; the one before stays as it was.
func TestStepUpGivesWhatIsAskedForAndLeavesTheRest(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(serving), s.person("ada")
	resource := [2]string{"resource", "https://mcp.example/mcp"}
	first := ada.tokens(app, resource, [2]string{"scope", "files:read offline_access"})
	second := ada.tokens(app, resource, [2]string{"scope", "files:read files:write offline_access"})
	if first.Scope != "files:read offline_access" || second.Scope != "files:read files:write offline_access" {
		t.Errorf("%q, then %q", first.Scope, second.Scope)
	}
	if again := s.refresh(app, first.RefreshToken).tokens(t); again.Scope != first.Scope {
		t.Errorf("the first grant has grown to %q", again.Scope)
	}
	if again := s.refresh(app, second.RefreshToken).tokens(t); again.Scope != second.Scope {
		t.Errorf("the second one refreshes to %q", again.Scope)
	}
}
