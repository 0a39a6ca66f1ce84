package provider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/symbolon-id/symbolon/provider/oauth"
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
	payload, _, err := s.Keys.Verify(token, "at+jwt")
	s.must(err)
	var claims struct {
		Audience oauth.Audience `json:"aud"`
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

// A resource server that was sent a token can ask /userinfo with it. It must learn nothing there that the
// client did not mean to give it.
func TestUserinfoTakesTokensForThisServerOnly(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		const mcp = "https://mcp.example/mcp"
		app, plain, ada := s.app(serving), s.app(), s.person("ada")
		both, named := []string{mcp, s.Issuer}, [2]string{"resource", mcp}
		own := [2]string{"resource", s.Issuer}
		code := ada.code(app, named)
		forBoth := ada.tokens(app, [2]string{"scope", "openid files:read"})
		for name, c := range map[string]struct {
			token string
			aud   []string
		}{
			"nothing registered, nothing named": {ada.tokens(plain).AccessToken, []string{s.Issuer}},
			"nothing named":                     {forBoth.AccessToken, both},
			"no scope named either":             {ada.tokens(app, [2]string{"scope", ""}).AccessToken, []string{mcp}},
			"narrowed without openid":           {s.refresh(app, forBoth.RefreshToken, [2]string{"scope", "files:read"}).tokens(t).AccessToken, []string{mcp}},
			"named":                             {s.redeemWith(app, code).tokens(t).AccessToken, []string{mcp}},
			"named at the token endpoint":       {s.redeemWith(app, ada.code(app), named).tokens(t).AccessToken, []string{mcp}},
			"this server named":                 {ada.tokens(app, own).AccessToken, []string{s.Issuer}},
			"this server named when refreshing": {s.refresh(app, s.redeemWith(app, ada.code(app, named)).tokens(t).RefreshToken, own).tokens(t).AccessToken, []string{s.Issuer}},
		} {
			if aud := s.audienceOf(c.token); !slices.Equal(aud, c.aud) {
				t.Errorf("%s: aud is %v, want %v", name, aud, c.aud)
			}
			a := s.ask(http.MethodGet, nil, "Bearer "+c.token)
			switch {
			case name == "narrowed without openid":
				a.refused(t, http.StatusForbidden, "insufficient_scope")
			case !slices.Contains(c.aud, s.Issuer):
				a.refused(t, http.StatusUnauthorized, "invalid_token")
			default:
				a.ok(t)
			}
		}
		s.redeemWith(app, ada.code(app, named), [2]string{"resource", "https://slash.example/"}).refused(t, http.StatusBadRequest, "invalid_target")
	})
}

// Without openid there is nothing to be had here, so this server is no resource that can be named.
func TestThisServerIsAResourceForOpenIDOnly(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, tv, ada := s.app(serving), s.app(television, serving), s.person("ada")
		own := [2]string{"resource", s.Issuer}
		to := ada.open(s.authorizeURL(app, own, [2]string{"scope", "files:read"})).location(t)
		if to.Query().Get("error") != "invalid_target" {
			t.Errorf("files:read at this server: %s", to)
		}
		s.post("/device_authorization", url.Values{"resource": {s.Issuer}, "scope": {"files:read"}}, tv).refused(t, http.StatusBadRequest, "invalid_target")
		d := s.begin(tv, own)
		ada.decide(ada.enter(d.UserCode), "allow").page(t, http.StatusOK)
		if aud := s.audienceOf(s.poll(tv, d.DeviceCode).tokens(t).AccessToken); !slices.Equal(aud, []string{s.Issuer}) {
			t.Errorf("a device's: aud is %v", aud)
		}
		c, granted := s.client(app.id), ada.tokens(app, own)
		c.Scopes = slices.DeleteFunc(c.Scopes, func(scope string) bool { return scope == "openid" })
		s.must(s.db.UpdateClient(s.ctx(), &c))
		s.refresh(app, granted.RefreshToken).refused(t, http.StatusBadRequest, "invalid_grant")
	})
}
