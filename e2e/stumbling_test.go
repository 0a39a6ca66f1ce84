package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/oauth2"
)

// What the agent clients of today trip over and what no other test here holds up. The others: the
// Host header, redirects after consent, loopback ports, the retry window of a refresh token, the
// audience of assertions; and the SDKs themselves, in mcp_test.go.

func (d *deployment) metadata(t testing.TB) map[string]any {
	t.Helper()
	document := map[string]any{}
	p := d.visitor(t).get("/.well-known/oauth-authorization-server")
	if err := json.Unmarshal([]byte(p.body), &document); err != nil {
		t.Fatal(err)
	}
	return document
}

// onSetUps runs a test on `symbolon serve` without and on `symbolon dev` with registration.
func onSetUps(t *testing.T, test func(t *testing.T, d *deployment)) {
	t.Run("serve", func(t *testing.T) { test(t, onSQLite(t)) })
	t.Run("dev", func(t *testing.T) { test(t, onSandbox(t).deployment) })
}

func TestIssuerIsOneStringWithoutASlash(t *testing.T) {
	t.Parallel()
	onSetUps(t, func(t *testing.T, d *deployment) {
		v := d.visitor(t)
		for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"} {
			if p := v.get(path); !strings.Contains(p.body, `"issuer":"`+d.issuer+`",`) {
				t.Errorf("%s: %s", path, p.body)
			}
		}
		a := d.app(t)
		q := a.begin("prompt", "none")
		if answer := v.handedOver(v.get(q.url)); answer.Get("iss") != d.issuer || answer.Get("error") != "login_required" {
			t.Errorf("answer: %v", answer)
		}
		answer := d.agent(t).token(t, d.issuer)
		var claims accessClaims
		claimsOf(t, answer.text("access_token"), &claims)
		if claims.Issuer != d.issuer {
			t.Errorf("token: %s", claims.Issuer)
		}
	})
}

func TestUnknownWellKnownPathsAreJSONForPrograms(t *testing.T) {
	t.Parallel()
	onSetUps(t, func(t *testing.T, d *deployment) {
		v := d.visitor(t)
		for _, path := range []string{ // where MCP clients look, in this order, if we were the MCP server
			"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource",
			"/.well-known/oauth-authorization-server/mcp", "/.well-known/openid-configuration/mcp", "/mcp/.well-known/openid-configuration",
		} {
			r := must[*http.Request](t)(http.NewRequest(http.MethodGet, v.at(path), nil))
			r.Header.Set("MCP-Protocol-Version", "2025-11-25")
			r.Header.Set("Accept", "application/json")
			p := v.send(r)
			if p.status != http.StatusNotFound || p.header.Get("Content-Type") != "application/json" || !json.Valid([]byte(p.body)) {
				t.Errorf("%s: %d %s %s", path, p.status, p.header.Get("Content-Type"), short(p.body))
			}
		}
	})
}

func TestMetadataPromisesNothingEmpty(t *testing.T) {
	t.Parallel()
	onSetUps(t, func(t *testing.T, d *deployment) {
		v := d.visitor(t)
		for name, value := range d.metadata(t) {
			switch value := value.(type) {
			case nil:
				t.Errorf("%s is null", name)
			case []any:
				if len(value) == 0 || slices.Contains(value, any("")) || slices.Contains(value, any(nil)) {
					t.Errorf("%s: %v", name, value)
				}
			case string:
				if !strings.HasPrefix(value, d.issuer) {
					t.Errorf("%s: %q", name, value)
				}
				if name == "issuer" {
					continue
				}
				if get, post := v.get(value), v.post(value, nil); get.status == http.StatusNotFound || post.status == http.StatusNotFound {
					t.Errorf("%s: nobody at %s", name, value)
				}
			}
		}
	})
}

func TestRegistrationIsAdvertisedWhereItIsOpen(t *testing.T) {
	t.Parallel()
	if at := onSQLite(t).metadata(t)["registration_endpoint"]; at != nil {
		t.Errorf("serve: %v", at)
	}
	s := onSandbox(t)
	if at := s.metadata(t)["registration_endpoint"]; at != s.issuer+"/register" {
		t.Errorf("dev: %v", at)
	}
}

func TestEveryEndpointForProgramsAnswersThePreflightOfMCPClients(t *testing.T) {
	t.Parallel()
	s := onSandbox(t)
	v := s.visitor(t)
	for _, path := range []string{
		"/register", "/token", "/par", "/revoke", "/introspect", "/userinfo", "/jwks", "/device_authorization",
		"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration",
	} {
		r := must[*http.Request](t)(http.NewRequest(http.MethodOptions, v.at(path), nil))
		r.Header.Set("Origin", "https://inspector.example")
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "authorization,content-type,dpop,mcp-protocol-version")
		p := v.send(r)
		allowed := strings.ToLower(p.header.Get("Access-Control-Allow-Headers"))
		for _, header := range []string{"authorization", "content-type", "dpop", "mcp-protocol-version"} {
			if p.status >= 300 || p.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(allowed, header) {
				t.Errorf("%s, %s: %d %v", path, header, p.status, p.header)
			}
		}
	}
}

// Revision 2025-03-26: without metadata, clients take these paths at the root of the issuer.
func TestEndpointsAreWhereClientsWithoutMetadataLook(t *testing.T) {
	t.Parallel()
	s := onSandbox(t)
	document := s.metadata(t)
	for name, path := range map[string]string{"authorization_endpoint": "/authorize", "token_endpoint": "/token", "registration_endpoint": "/register"} {
		if document[name] != s.issuer+path {
			t.Errorf("%s: %v", name, document[name])
		}
	}
}

// A client without a secret sends an empty one (Go's oauth2, which tries Basic first) or none that it
// could have (a template of JavaScript).
func TestCodeOutlivesTheWrongWayToAuthenticate(t *testing.T) {
	t.Parallel()
	onSetUps(t, func(t *testing.T, d *deployment) {
		a := d.app(t, "--public", "--first-party")
		code, verifier := a.codeOf(t)
		redeem := func(password string) reply {
			form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {webCallback}, "code_verifier": {verifier}}
			r := must[*http.Request](t)(http.NewRequest(http.MethodPost, d.issuer+"/token", strings.NewReader(form.Encode())))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.SetBasicAuth(a.ClientID, password)
			return must[reply](t)(replied(a.http, r))
		}
		refused(t, "a password it cannot have", http.StatusUnauthorized, "invalid_client", redeem("undefined"))
		if answer := redeem(""); answer.status != http.StatusOK {
			t.Errorf("an empty one: %d %s", answer.status, answer.body)
		}
	})
}

// Clients write the resource with the slash that their URL parser adds, at every step.
func TestSlashAtTheResourceIsForgivenAndNotRepeated(t *testing.T) {
	t.Parallel()
	onSetUps(t, func(t *testing.T, d *deployment) {
		a := d.app(t, "--audience", "https://mcp.example", "--first-party")
		code, verifier := a.codeOf(t, "resource", "https://mcp.example/")
		answer := a.call(t, d.issuer, "/token", "grant_type", "authorization_code", "code", code, "redirect_uri", webCallback,
			"code_verifier", verifier, "resource", "https://mcp.example/")
		if answer.status != http.StatusOK {
			t.Fatalf("%d %s", answer.status, answer.body)
		}
		for _, with := range [][]string{{"resource", "https://mcp.example/"}, {"resource", "https://mcp.example"}, nil} {
			var claims accessClaims
			claimsOf(t, answer.text("access_token"), &claims)
			if claims.Audience != "https://mcp.example" {
				t.Errorf("audience: %v", claims.Audience)
			}
			answer = a.call(t, d.issuer, "/token", append(with, "grant_type", "refresh_token", "refresh_token", answer.text("refresh_token"))...)
			if answer.status != http.StatusOK {
				t.Fatalf("refresh with %v: %d %s", with, answer.status, answer.body)
			}
		}
	})
}

// codeOf is a code for whoever signs in first: Alice where there are demo users, else somebody new.
func (a *app) codeOf(t testing.TB, more ...string) (code, verifier string) {
	t.Helper()
	q, v := a.begin(more...), a.d.visitor(t)
	p := v.follow(v.get(q.url))
	if p.has("/login/dev") {
		p = v.follow(v.submit(p, "/login/dev", "user", alice))
		return v.handedOver(p).Get("code"), q.verifier
	}
	return v.arrive(a.d, p, a.d.person(t)).Get("code"), q.verifier
}

// What editors send: registered by hand as docs/mcp.md says, and as they register it by themselves.
func TestEditorsComeBackToTheAddressesOfOurTable(t *testing.T) {
	t.Parallel()
	table := string(must[[]byte](t)(os.ReadFile("../docs/mcp.md")))
	for host, sent := range map[string][]string{
		"VS Code": {"http://127.0.0.1:33418/", "http://127.0.0.1:59656/", "https://vscode.dev/redirect", "https://insiders.vscode.dev/redirect"},
		"Cursor":  {"cursor://anysphere.cursor-mcp/oauth/callback", "https://www.cursor.com/agents/mcp/oauth/callback", "http://localhost:8787/callback"},
	} {
		row := regexp.MustCompile(`(?m)^\| ` + host + ` \|.*\|([^|]+)\|$`).FindStringSubmatch(table)
		flags := []string{"--name", host, "--public"}
		for _, uri := range regexp.MustCompile("`([a-z]+://[^`]+)`").FindAllStringSubmatch(row[1], -1) {
			flags = append(flags, "--redirect-uri", uri[1])
		}
		byHand := onSQLite(t)
		s := onSandbox(t)
		byThemselves := ask(t, httpClient(), http.MethodPost, s.issuer+"/register", "", map[string]any{
			"client_name": host, "redirect_uris": sent, "token_endpoint_auth_method": "none",
		}).text("client_id")
		for _, uri := range sent {
			comesBack(t, byHand, byHand.create(t, "client", flags...).ClientID, uri)
			comesBack(t, s.deployment, byThemselves, uri)
		}
	}
}

func comesBack(t *testing.T, d *deployment, id, uri string) {
	t.Helper()
	query := url.Values{
		"client_id": {id}, "redirect_uri": {uri}, "response_type": {"code"}, "scope": {"openid"}, "prompt": {"none"},
		"code_challenge": {oauth2.S256ChallengeFromVerifier(oauth2.GenerateVerifier())}, "code_challenge_method": {"S256"},
	}
	p := d.visitor(t).get("/authorize?" + query.Encode())
	if !strings.HasPrefix(p.location, uri+"?error=login_required") && !strings.Contains(p.body, "login_required") {
		t.Errorf("%s: %d %s %s", uri, p.status, p.location, p.body)
	}
}
