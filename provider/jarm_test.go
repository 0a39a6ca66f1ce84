package provider

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// withResponses makes a client one that gets signed responses.
func withResponses(alg string) func(*storage.Client) {
	return func(c *storage.Client) { c.ResponseAlg = alg }
}

// opened returns the claims of a response that we signed, and with which algorithm.
func (s *server) opened(response string) (members map[string]any, header keys.Header) {
	s.t.Helper()
	payload, header, err := s.Keys.Verify(response, "JWT")
	s.must(err)
	s.must(keys.Unmarshal(payload, &members))
	return members, header
}

// signedAnswer wants nothing but the one parameter, and returns what it says.
func (a *answer) signedAnswer(t testing.TB, s *server) (map[string]any, keys.Header) {
	t.Helper()
	to := a.location(t)
	if !strings.HasPrefix(to.String(), callback+"?") || len(to.Query()) != 1 || len(to.Query()["response"]) != 1 || to.Fragment != "" {
		t.Fatalf("led to %s", to)
	}
	return s.opened(to.Query().Get("response"))
}

func TestSignedResponseSaysAllInOneParameter(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		ada := s.person("ada")
		app := s.app(withResponses("ES256"))
		for _, mode := range []string{"jwt", "query.jwt"} {
			said, header := ada.open(s.authorizeURL(app, [2]string{"response_mode", mode})).signedAnswer(t, s)
			if said["iss"] != s.Issuer || said["aud"] != app.id || said["state"] != "state" || header.Alg != "ES256" {
				t.Errorf("%v %v", said, header)
			}
			left := time.Unix(int64(said["exp"].(float64)), 0).Sub(s.now())
			if left < time.Minute || left > 10*time.Minute {
				t.Errorf("good for %v", left)
			}
			s.redeem(app, said["code"].(string)).ok(t)
		}
	})
}

func TestErrorsAreSignedToo(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app(withResponses("RS256"))
		for want, more := range map[string][2]string{
			"invalid_scope": {"scope", "openid photos"}, "login_required": {"prompt", "none"}, "unsupported_response_type": {"response_type", "token"},
		} {
			said, header := s.get(s.authorizeURL(app, [2]string{"response_mode", "jwt"}, more)).signedAnswer(t, s)
			if said["error"] != want || said["state"] != "state" || said["iss"] != s.Issuer || said["aud"] != app.id || said["code"] != nil || header.Alg != "RS256" {
				t.Errorf("%v %v", said, header)
			}
		}
	})
}

var formField = regexp.MustCompile(`name="([a-z]+)" value="([^"]*)"`)

func TestSignedResponseIsPosted(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app(withResponses("RS256"))
	a := s.person("ada").open(s.authorizeURL(app, [2]string{"response_mode", "form_post.jwt"}))
	fields := formField.FindAllStringSubmatch(string(a.body), -1)
	if a.StatusCode != http.StatusOK || len(fields) != 1 || fields[0][1] != "response" {
		t.Fatalf("%d %q", a.StatusCode, fields)
	}
	said, _ := s.opened(html.UnescapeString(fields[0][2]))
	s.redeem(app, said["code"].(string)).ok(t)
}

func TestOnlyModesForACodeAreAccepted(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app(withResponses("RS256"))
	for _, mode := range []string{"fragment", "fragment.jwt", "web_message", "JWT", "jwt ", ".jwt", "x.jwt", "form_post.jwt.jwt"} {
		if got := s.get(s.authorizeURL(app, [2]string{"response_mode", mode})).refusal(t, s, "state"); got != "invalid_request" {
			t.Errorf("%s: %s", mode, got)
		}
	}
}

// A signed response carries our signature and the client as audience, like an ID token. It is none.
func TestSignedResponseIsNoIDToken(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app(withResponses("RS256"))
	to := s.person("ada").open(s.authorizeURL(app, [2]string{"response_mode", "jwt"})).location(t)
	response := to.Query().Get("response")
	if got := s.get(s.authorizeURL(app, [2]string{"id_token_hint", response})).refusal(t, s, "state"); got != "invalid_request" {
		t.Errorf("as a hint: %s", got)
	}
	s.inspected(app, response).inactive(t)
	if a := s.ask(http.MethodGet, nil, "Bearer "+response); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("as an access token: %d", a.StatusCode)
	}
}

// inspectedSigned asks with these Accept headers.
func (s *server) inspectedSigned(caller login, token string, accept ...string) *answer {
	r := request(s.t, http.MethodPost, s.endpoint("/introspect"), url.Values{"token": {token}})
	r.SetBasicAuth(caller.id, caller.secret)
	r.Header["Accept"] = accept
	return s.do(r)
}

func TestIntrospectionIsSignedForWhoAsks(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c := s.agent()
		server := s.app(serves("https://mcp.example/mcp"), func(c *storage.Client) { c.IntrospectionAlg = "PS256" })
		token := s.agentToken(c)
		for _, accept := range [][]string{{"application/token-introspection+jwt"}, {"application/json;q=0.1, " + "application/token-introspection+jwt"}, {"text/html", "Application/Token-Introspection+JWT; q=0.5"}} {
			a := s.inspectedSigned(server, token, accept...)
			if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/token-introspection+jwt" || a.Header.Get("Cache-Control") != "no-store" {
				t.Fatalf("%d %v %s", a.StatusCode, a.Header, a.body)
			}
			payload, header, err := s.Keys.Verify(string(a.body), "token-introspection+jwt")
			s.must(err)
			var said map[string]any
			s.must(keys.Unmarshal(payload, &said))
			about, _ := said["token_introspection"].(map[string]any)
			if said["iss"] != s.Issuer || said["aud"] != server.id || said["iat"] == nil || header.Alg != "PS256" || about["active"] != true || about["client_id"] != c.id {
				t.Errorf("%v %v", said, header)
			}
			for _, name := range []string{"sub", "exp", "active", "scope"} {
				if said[name] != nil {
					t.Errorf("%s stands outside: %v", name, said)
				}
			}
			if _, ok := s.Provider.tokens.OpenAccess(string(a.body)); ok {
				t.Error("the answer passes for the token")
			}
		}
		for _, accept := range [][]string{nil, {"*/*"}, {"application/*"}, {"application/json"}, {"application/token-introspection+jwt" + ";q=0"}, {"x/" + "token-introspection+jwt"}} {
			if a := s.inspectedSigned(server, token, accept...); a.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%v: %v", accept, a.Header)
			}
		}
		// To strangers it says no as little as ever, and errors stay what they are.
		payload, header, err := s.Keys.Verify(string(s.inspectedSigned(s.app(), token, "application/token-introspection+jwt").body), "token-introspection+jwt")
		s.must(err)
		if !strings.Contains(string(payload), `"token_introspection":{"active":false}`) || header.Alg != "RS256" {
			t.Errorf("%s", payload)
		}
		s.inspectedSigned(login{id: server.id, secret: "wrong"}, token, "application/token-introspection+jwt").refused(t, http.StatusUnauthorized, "invalid_client")
	})
}

func TestModesAreAdvertised(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	modes, _ := s.get("/.well-known/openid-configuration").json(t, "response_modes_supported").([]any)
	for _, mode := range oauth.ResponseModes() {
		if !slices.Contains(modes, any(mode)) {
			t.Errorf("%s is not advertised", mode)
		}
	}
}
