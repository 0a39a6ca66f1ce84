package registration_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

// door is a server with the registration endpoint.
type door struct {
	*httptest.Server
	endpoint *registration.Endpoint
}

func open(t *testing.T, db *durable.DB, changes ...func(*registration.Endpoint)) *door {
	t.Helper()
	d := &door{endpoint: &registration.Endpoint{
		Issuer: "https://issuer.example/p", Store: db, Open: true, Fetch: outbound.New(outbound.Options{Self: "https://issuer.example/p"}),
		Limiter: web.Limiter{Counter: newCounter()}, Audit: audit.NewRecorder(db, audit.Options{}),
	}}
	for _, change := range changes {
		change(d.endpoint)
	}
	mux := web.NewMux(web.MuxOptions{})
	d.endpoint.Mount(mux, "/p")
	d.Server = httptest.NewServer(mux)
	t.Cleanup(d.Close)
	return d
}

// reply is what the server answered.
type reply struct {
	*http.Response
	text string
	json map[string]any
}

func (r reply) get(name string) string { s, _ := r.json[name].(string); return s }

func (d *door) send(t *testing.T, method, path, body string, header ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, d.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := d.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := reply{Response: response, text: string(text)}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &got.json); err != nil {
			t.Fatalf("%s: %s", err, text)
		}
	}
	return got
}

func (d *door) register(t *testing.T, metadata map[string]any, header ...string) reply {
	t.Helper()
	return d.send(t, "POST", "/p/register", text(metadata), header...)
}

// manage calls the address a client was given, with its token.
func (d *door) manage(t *testing.T, method string, of reply, metadata map[string]any) reply {
	t.Helper()
	return d.send(t, method, d.pathOf(of), text(metadata), "Authorization", "Bearer "+of.get("registration_access_token"))
}

func (d *door) pathOf(of reply) string {
	return strings.TrimPrefix(of.get("registration_client_uri"), "https://issuer.example")
}

func text(metadata map[string]any) string {
	if metadata == nil {
		return ""
	}
	body, err := json.Marshal(metadata)
	if err != nil {
		panic(err)
	}
	return string(body)
}

func app(changes ...any) map[string]any {
	metadata := map[string]any{"client_name": "Example App", "redirect_uris": []any{"https://app.example/cb"}}
	for i := 0; i < len(changes); i += 2 {
		metadata[changes[i].(string)] = changes[i+1]
	}
	return metadata
}

func mustFail(t *testing.T, name string, got reply, status int, code string) {
	t.Helper()
	if got.StatusCode != status || got.get("error") != code || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: %d %s, want %d %s", name, got.StatusCode, got.text, status, code)
	}
}

func TestBadRedirectURIsAreRefused(t *testing.T) {
	db := storagetest.SQLite(t)
	d := open(t, db)
	many := []any{}
	for i := range 1500 {
		many = append(many, fmt.Sprintf("https://a.example/%d", i))
	}
	for _, uris := range []any{
		nil, []any{}, []any{""}, []any{"/cb"}, []any{"app.example/cb"}, []any{"https:///"}, []any{"https:///cb"}, []any{"https:app.example"},
		[]any{"javascript:alert(1)"}, []any{"JavaScript:alert(1)"}, []any{"data:text/html,x"}, []any{"vbscript:x"}, []any{"file:///etc/passwd"},
		[]any{"blob:https://a.example/1"}, []any{"about:blank"}, []any{"http://app.example/cb"}, []any{"http://127.0.0.1.evil.example/cb"},
		[]any{"https://app.example/cb#f"}, []any{"https://app.example/cb#"}, []any{"https://user@app.example/cb"}, []any{"https://user:pw@app.example/"},
		[]any{"https://*.example/cb"}, []any{"https://app.example/*"}, []any{"https://app.example/a/../b"}, []any{"https://app.example/\n"},
		[]any{"https://app.example/\u0000"}, []any{"https://app.example/ä"}, []any{"https://app.example\\@evil.example/"}, []any{"https://app.example:0/"},
		[]any{"https://app.example/" + strings.Repeat("a", 10<<10)}, many,
		[]any{"https://app.example/cb", "javascript:alert(1)"}, []any{"https://app.example/cb", "https://app.example/cb"},
	} {
		mustFail(t, fmt.Sprintf("%.60v", uris), d.register(t, app("redirect_uris", uris)), 400, "invalid_redirect_uri")
	}
	if count(t, db) != 0 {
		t.Error("a client was made")
	}
}

func TestBadMetadataIsRefused(t *testing.T) {
	db := storagetest.SQLite(t)
	d := open(t, db)
	for name, metadata := range map[string]map[string]any{
		"password grant":        app("grant_types", []any{"password"}),
		"implicit grant":        app("grant_types", []any{"implicit"}),
		"unknown grant":         app("grant_types", []any{"urn:x"}),
		"no grant":              app("grant_types", []any{}),
		"refreshing only":       app("grant_types", []any{"refresh_token"}),
		"itself only":           app("grant_types", []any{"client_credentials"}),
		"token response":        app("response_types", []any{"token"}),
		"hybrid response":       app("response_types", []any{"code id_token"}),
		"unknown method":        app("token_endpoint_auth_method", "tls_client_auth"),
		"keys missing":          app("token_endpoint_auth_method", "private_key_jwt"),
		"keys in the clear":     app("token_endpoint_auth_method", "private_key_jwt", "jwks_uri", "http://app.example/jwks"),
		"keys inside":           app("token_endpoint_auth_method", "private_key_jwt", "jwks_uri", "https://127.0.0.1/jwks"),
		"keys on another port":  app("token_endpoint_auth_method", "private_key_jwt", "jwks_uri", "https://app.example:8443/jwks"),
		"keys of ours":          app("token_endpoint_auth_method", "private_key_jwt", "jwks_uri", "https://issuer.example/p/jwks"),
		"keys of a script":      app("token_endpoint_auth_method", "private_key_jwt", "jwks_uri", "javascript:alert(1)"),
		"keys in two places":    app("token_endpoint_auth_method", "private_key_jwt", "jwks_uri", "https://app.example/jwks", "jwks", keySet()),
		"keys missing to sign":  app("require_signed_request_object", true),
		"an unknown algorithm":  app("request_object_signing_alg", "HS256", "jwks", keySet()),
		"bidi name":             app("client_name", "Ex\u202eample"),
		"invisible name":        app("client_name", "Goo\u200bgle"),
		"name with a control":   app("client_name", "a\u0007b"),
		"name as a list":        app("client_name", []any{"a"}),
		"redirects as a string": app("redirect_uris", "https://app.example/cb"),
		"redirects as numbers":  app("redirect_uris", []any{1}),
		"scope as a list":       app("scope", []any{"openid"}),
		"flag as a string":      app("dpop_bound_access_tokens", "true"),
		"keys as a string":      app("jwks", "{}"),
		"script as logo":        app("logo_uri", "javascript:alert(1)"),
		"script as terms":       app("tos_uri", "javascript:alert(1)"),
		"data as policy":        app("policy_uri", "data:text/html,x"),
		"no site":               app("client_uri", "x"),
		"symmetric keys": app("token_endpoint_auth_method", "private_key_jwt",
			"jwks", map[string]any{"keys": []any{map[string]any{"kty": "oct", "k": "AAAA"}}}),
		"HMAC assertions":     app("token_endpoint_auth_method", "private_key_jwt", "jwks", keySet(), "token_endpoint_auth_signing_alg", "HS256"),
		"unsigned ID tokens":  app("id_token_signed_response_alg", "none"),
		"script after logout": app("post_logout_redirect_uris", []any{"javascript:alert(1)"}),
		"told without TLS":    app("backchannel_logout_uri", "http://app.example/logout"),
		"told inside":         app("backchannel_logout_uri", "https://intranet/logout"),
		"told by ourselves":   app("backchannel_logout_uri", "https://issuer.example/p/token"),
		"told by a fragment":  app("backchannel_logout_uri", "https://app.example/logout#x"),
		"framed elsewhere":    app("frontchannel_logout_uri", "https://other.example/logout"),
		"session as a string": app("backchannel_logout_uri", "https://app.example/logout", "backchannel_logout_session_required", "true"),
	} {
		mustFail(t, name, d.register(t, metadata), 400, "invalid_client_metadata")
	}
	for name, body := range map[string]string{
		"nothing": "", "null": "null", "list": "[]", "text": `"a"`, "cut": `{"redirect_uris":`, "trailing": text(app()) + "x", "two": text(app()) + text(app()),
		"twice": `{"client_name":"a","client_name":"b","redirect_uris":["https://app.example/cb"]}`, "mark": "\ufeff" + text(app()),
		"zero byte": `{"client_name\u0000":"a","redirect_uris":["https://app.example/cb"]}`, "NaN": `{"x":NaN,"redirect_uris":["https://app.example/cb"]}`,
		"deep": `{"x":` + strings.Repeat("[", 30000) + strings.Repeat("]", 30000) + `}`, "not UTF-8": "{\"client_name\":\"\xff\"}",
	} {
		mustFail(t, name, d.send(t, "POST", "/p/register", body), 400, "invalid_client_metadata")
	}
	for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16"} {
		mustFail(t, media, d.register(t, app(), "Content-Type", media), 400, "invalid_client_metadata")
	}
	mustFail(t, "other case", d.send(t, "POST", "/p/register", `{"Redirect_URIs":["https://app.example/cb"]}`), 400, "invalid_redirect_uri")
	mustFail(t, "statement", d.register(t, app("software_statement", "e30.e30.")), 400, "invalid_software_statement")
	if got := d.send(t, "POST", "/p/register", strings.Repeat(" ", 1<<20)); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("1 MB: %d", got.StatusCode)
	}
	if count(t, db) != 0 {
		t.Error("a client was made")
	}
}

func TestRegisteringNeedsATokenUnlessOpen(t *testing.T) {
	db := storagetest.SQLite(t)
	sum := sha256.Sum256([]byte("initial"))
	tokens, err := registration.ParseInitialTokens([]string{hex.EncodeToString(sum[:])})
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, db, func(e *registration.Endpoint) { e.Open, e.Tokens = false, tokens })
	for _, header := range [][]string{
		nil, {"Authorization", "Bearer wrong"}, {"Authorization", "Bearer "}, {"Authorization", "Basic initial"}, {"Authorization", "initial"},
		{"Authorization", "Bearer " + hex.EncodeToString(sum[:])}, {"Authorization", "Bearer initial "},
	} {
		got := d.register(t, app(), header...)
		if header != nil && header[1] == "Bearer initial " { // HTTP itself takes the space away
			continue
		}
		mustFail(t, strings.Join(header, " "), got, 401, "invalid_token")
		if !strings.HasPrefix(got.Header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%v: it does not say how", header)
		}
	}
	if got := d.send(t, "POST", "/p/register?access_token=initial", text(app())); got.StatusCode != 401 {
		t.Errorf("in the URL: %d", got.StatusCode)
	}
	if got := d.register(t, app(), "Authorization", "bearer initial"); got.StatusCode != 201 {
		t.Errorf("with the token: %d %s", got.StatusCode, got.text)
	}
	limited := false
	for range 110 {
		limited = limited || d.register(t, app(), "Authorization", "Bearer initial").StatusCode == http.StatusTooManyRequests
	}
	if !limited {
		t.Error("one token registers without end")
	}
	for _, text := range []string{"", "initial", "abcd", hex.EncodeToString(sum[:]) + "00"} {
		if _, err := registration.ParseInitialTokens([]string{text}); err == nil {
			t.Errorf("%q is taken for a digest", text)
		}
	}
}

func TestOneNetworkRegistersOnlySoMany(t *testing.T) {
	d := open(t, storagetest.SQLite(t))
	limited := reply{}
	for range 210 {
		if got := d.register(t, app("redirect_uris", nil)); got.StatusCode == http.StatusTooManyRequests {
			limited = got
		}
	}
	if limited.Response == nil || limited.Header.Get("Retry-After") == "" {
		t.Error("it is never too many")
	}
}

func TestRegisteredClientIsWhatWasAnswered(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db, func(e *registration.Endpoint) { e.Rules.Resources = []string{"https://mcp.example/mcp"} })
		got := d.register(t, app(
			"client_id", "https://evil.example/id", "client_secret", "mine", "client_id_issued_at", 1, "client_secret_expires_at", 1, "registration_access_token", "mine",
			"grant_types", []any{"authorization_code", "refresh_token", "password", "urn:x"}, "response_types", []any{"code", "token"},
			"scope", "openid admin email", "unknown", []any{nil}, "contacts", nil, "logo_uri", "https://app.example/logo.png", "first_party", true,
			"backchannel_logout_uri", "https://app.example/back", "backchannel_logout_session_required", true,
			"frontchannel_logout_uri", "https://app.example/front", "frontchannel_logout_session_required", true,
		))
		if got.StatusCode != 201 || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Content-Type") != "application/json" {
			t.Fatalf("%d %s", got.StatusCode, got.text)
		}
		id := got.get("client_id")
		if !strings.HasPrefix(id, registration.Prefix) || strings.Contains(got.text, "null") || strings.Contains(got.text, "mine") || strings.Contains(got.text, "admin") {
			t.Error(got.text)
		}
		for name, want := range map[string]any{
			"client_secret_expires_at": 0.0, "scope": "openid email", "token_endpoint_auth_method": "client_secret_basic", "client_name": "Example App",
			"registration_client_uri": "https://issuer.example/p/register/" + id, "id_token_signed_response_alg": "RS256",
			"backchannel_logout_uri": "https://app.example/back", "backchannel_logout_session_required": true,
			"frontchannel_logout_uri": "https://app.example/front", "frontchannel_logout_session_required": true,
		} {
			if got.json[name] != want {
				t.Errorf("%s is %v", name, got.json[name])
			}
		}
		if text := fmt.Sprint(got.json["grant_types"], got.json["response_types"], got.json["redirect_uris"]); text != "[authorization_code refresh_token] [code] [https://app.example/cb]" {
			t.Error(text)
		}
		if at, _ := got.json["client_id_issued_at"].(float64); time.Since(time.Unix(int64(at), 0)).Abs() > time.Minute {
			t.Errorf("issued at %v", at)
		}
		c, err := db.Client(t.Context(), id)
		if err != nil || c.Public || c.FirstParty || c.Kind != storage.KindApp || len(c.Secrets) != 2 || c.Audiences[0] != "https://mcp.example/mcp" {
			t.Errorf("%+v, %v", c, err)
		}
		matches := 0
		for _, s := range c.Secrets {
			if bytes.Equal(s.Digest, storage.Digest(got.get("client_secret"))) {
				matches++
			}
			if bytes.Equal(s.Digest, storage.Digest(got.get("registration_access_token"))) {
				t.Error("the management token counts as a client secret")
			}
		}
		if matches != 1 {
			t.Errorf("the secret matches %d times", matches)
		}
		events, err := db.Events(t.Context(), audit.Filter{ClientID: id})
		if err != nil || len(events) != 1 || events[0].Type != audit.ClientCreated || events[0].Method != "registration" {
			t.Errorf("audit: %+v, %v", events, err)
		}
	})
}

func TestAgentClientsOfTodayRegister(t *testing.T) {
	d := open(t, storagetest.SQLite(t))
	for name, c := range map[string]struct {
		metadata map[string]any
		method   string
	}{
		"MCP SDK": {map[string]any{"redirect_uris": []any{"http://localhost:3000/callback"}, "token_endpoint_auth_method": "none", "client_name": "MCP Client",
			"grant_types": []any{"authorization_code", "refresh_token"}, "response_types": []any{"code"}}, "none"},
		"port-less":     {map[string]any{"redirect_uris": []any{"http://localhost/callback", "http://127.0.0.1/callback"}, "token_endpoint_auth_method": "none"}, "none"},
		"custom scheme": {map[string]any{"redirect_uris": []any{"cursor://anysphere.cursor-mcp/oauth/callback"}, "token_endpoint_auth_method": "none", "scope": ""}, "none"},
		"post":          {app("token_endpoint_auth_method", "client_secret_post", "device_id", "x"), "client_secret_post"},
		"keys":          {app("token_endpoint_auth_method", "private_key_jwt", "jwks", keySet()), "private_key_jwt"},
		"only URIs":     {map[string]any{"redirect_uris": []any{"https://app.example/cb"}}, "client_secret_basic"},
	} {
		got := d.register(t, c.metadata, "Origin", "https://inspector.example", "MCP-Protocol-Version", "2025-11-25")
		_, secret := got.json["client_secret"]
		_, expiry := got.json["client_secret_expires_at"]
		if wants := strings.HasPrefix(c.method, "client_secret"); got.StatusCode != 201 || got.get("token_endpoint_auth_method") != c.method || secret != wants || expiry != wants {
			t.Errorf("%s: %d %s", name, got.StatusCode, got.text)
		}
		if got.Header.Get("Access-Control-Allow-Origin") != "*" || got.get("client_name") == "" {
			t.Errorf("%s: %s", name, got.text)
		}
	}
}

func TestScopeNamedAtRegistrationIsTheDefaultAndNoBound(t *testing.T) {
	db := storagetest.SQLite(t)
	d := open(t, db, func(e *registration.Endpoint) { e.Rules.Scopes = []string{"openid", "weather:read", "weather:write"} })
	for scope, want := range map[string]string{
		"weather:read":       "weather:read",
		"weather:read admin": "weather:read",
		"admin":              "openid weather:read weather:write",
	} {
		got := d.register(t, app("scope", scope))
		c, err := db.Client(t.Context(), got.get("client_id"))
		if err != nil || strings.Join(c.Scopes, " ") != "openid weather:read weather:write" || strings.Join(c.ScopesByDefault(), " ") != want || got.get("scope") != want {
			t.Errorf("%s: %v of %v, answered %q, %v", scope, c.DefaultScopes, c.Scopes, got.get("scope"), err)
		}
	}
}

func TestClientsThatSignRegisterHow(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db)
		got := d.register(t, app("token_endpoint_auth_method", "private_key_jwt", "jwks_uri", "https://app.example/jwks", "profile", "fapi2",
			"require_signed_request_object", true, "request_object_signing_alg", "PS256",
			"authorization_signed_response_alg", "ES256", "introspection_signed_response_alg", "EdDSA", "token_endpoint_auth_signing_alg", "PS256"))
		for name, want := range map[string]any{
			"jwks_uri": "https://app.example/jwks", "require_signed_request_object": true, "request_object_signing_alg": "PS256",
			"authorization_signed_response_alg": "ES256", "introspection_signed_response_alg": "EdDSA", "jwks": nil, "profile": nil,
			"token_endpoint_auth_signing_alg": "PS256",
		} {
			if got.StatusCode != 201 || got.json[name] != want {
				t.Errorf("%s is %v: %d", name, got.json[name], got.StatusCode)
			}
		}
		c, err := db.Client(t.Context(), got.get("client_id"))
		if err != nil || c.JWKSURI != "https://app.example/jwks" || c.RequestAlg != "PS256" || c.AssertionAlg != "PS256" || !c.RequireSigned || c.Profile != "" {
			t.Errorf("%+v, %v", c, err)
		}
		// Not to sign at all is for an operator to allow; keys that nobody needs are left out.
		got = d.register(t, app("token_endpoint_auth_signing_alg", "HS256", "request_object_signing_alg", "none", "jwks_uri", "https://app.example/jwks"))
		if got.StatusCode != 201 || got.json["request_object_signing_alg"] != nil || got.json["jwks_uri"] != nil {
			t.Errorf("%d %s", got.StatusCode, got.text)
		}
	})
}

func TestSamePublicClientIsRegisteredOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db)
		public := app("token_endpoint_auth_method", "none")
		first := d.register(t, public)
		second := d.register(t, public)
		if first.get("client_id") != second.get("client_id") || second.StatusCode != 201 || count(t, db) != 1 {
			t.Fatalf("%s\n%s\n%d clients", first.text, second.text, count(t, db))
		}
		if second.get("registration_access_token") != "" || second.get("registration_client_uri") != "" {
			t.Error("the second may manage what is the first's, too")
		}
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			mustFail(t, method+" what others share", d.manage(t, method, first, app("client_id", first.get("client_id"))), 401, "invalid_token")
		}
		other := d.register(t, app("token_endpoint_auth_method", "none", "redirect_uris", []any{"https://other.example/cb"}))
		secret1, secret2 := d.register(t, app()), d.register(t, app())
		if other.get("client_id") == first.get("client_id") || secret1.get("client_id") == secret2.get("client_id") || count(t, db) != 4 {
			t.Error("different clients were merged")
		}
		if err := db.SetClientDisabled(t.Context(), first.get("client_id"), time.Now()); err != nil {
			t.Fatal(err)
		}
		mustFail(t, "switched off", d.register(t, public), 403, "access_denied")
	})
}

func TestParallelRegistrationsOfOneClientMakeOneRow(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if got := d.register(t, app("token_endpoint_auth_method", "none")); got.StatusCode != 201 {
					t.Errorf("%d %s", got.StatusCode, got.text)
				}
			})
		}
		all.Wait()
		if n := count(t, db); n != 1 {
			t.Errorf("%d clients", n)
		}
	})
}

// A registration that is merged while its client is being changed would hand the change to others.
func TestClientIsEitherSharedOrChanged(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db)
		for i := range 10 {
			name := fmt.Sprintf("App %d", i)
			public := app("token_endpoint_auth_method", "none", "client_name", name)
			first := d.register(t, public)
			id := first.get("client_id")
			var all sync.WaitGroup
			var changed, merged reply
			all.Go(func() {
				changed = d.manage(t, "PUT", first, app("token_endpoint_auth_method", "none", "client_id", id, "client_name", name, "redirect_uris", []any{"https://evil.example/cb"}))
			})
			all.Go(func() { merged = d.register(t, public) })
			all.Wait()
			c, err := db.Client(t.Context(), merged.get("client_id"))
			if err != nil || len(c.RedirectURIs) != 1 || c.RedirectURIs[0] != "https://app.example/cb" {
				t.Errorf("merged into %v, %v; the change got %d", c.RedirectURIs, err, changed.StatusCode)
			}
			if (changed.StatusCode == 200) == (merged.get("client_id") == id) {
				t.Errorf("changed: %d, shared: %v", changed.StatusCode, merged.get("client_id") == id)
			}
		}
	})
}

func TestManagementNeedsTheClientsOwnToken(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db)
		mine, theirs := d.register(t, app()), d.register(t, app())
		if err := db.CreateClient(context.Background(), storage.Client{ID: "c_static", Kind: storage.KindApp, Name: "Static"}); err != nil {
			t.Fatal(err)
		}
		token := mine.get("registration_access_token")
		var refusals []string
		for name, c := range map[string]struct{ path, token string }{
			"another's token":    {d.pathOf(theirs), token},
			"no token":           {d.pathOf(mine), ""},
			"the client secret":  {d.pathOf(mine), mine.get("client_secret")},
			"in the query":       {d.pathOf(mine) + "?access_token=" + token, ""},
			"unknown client":     {"/p/register/" + registration.Prefix + "unknown", token},
			"registered by hand": {"/p/register/c_static", token},
			"no id":              {"/p/register/%20", token},
		} {
			for _, method := range []string{"GET", "PUT", "DELETE"} {
				got := d.send(t, method, c.path, text(app("client_id", mine.get("client_id"))), "Authorization", "Bearer "+c.token)
				mustFail(t, method+" "+name, got, 401, "invalid_token")
				refusals = append(refusals, got.text)
			}
		}
		events, err := db.Events(t.Context(), audit.Filter{Type: audit.ClientDeleted})
		if err != nil || len(events) != 4 || events[0].Outcome != audit.Refused || events[0].Reason != "invalid_token" {
			t.Errorf("audit: %+v, %v", events, err)
		}
		for _, r := range refusals {
			if r != refusals[0] {
				t.Errorf("refusals differ: %s", r)
			}
		}
		if got := d.manage(t, "GET", mine, nil); got.StatusCode != 200 || got.get("client_id") != mine.get("client_id") || got.get("client_secret") != "" {
			t.Errorf("with its own: %d %s", got.StatusCode, got.text)
		}
		if err := db.SetClientDisabled(t.Context(), mine.get("client_id"), time.Now()); err != nil {
			t.Fatal(err)
		}
		mustFail(t, "disabled", d.manage(t, "PUT", mine, app("client_id", mine.get("client_id"))), 401, "invalid_token")
	})
}

func TestUpdateReplacesWhatWasThere(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db)
		for _, method := range []string{"client_secret_post", "none"} {
			made := d.register(t, app("post_logout_redirect_uris", []any{"https://app.example/bye"}, "token_endpoint_auth_method", method))
			id := made.get("client_id")
			for name, metadata := range map[string]map[string]any{
				"no id":           app("token_endpoint_auth_method", method),
				"another's id":    app("token_endpoint_auth_method", method, "client_id", "c_other"),
				"a wrong secret":  app("token_endpoint_auth_method", method, "client_id", id, "client_secret", "wrong"),
				"its token":       app("token_endpoint_auth_method", method, "client_id", id, "client_secret", made.get("registration_access_token")),
				"no keys":         app("token_endpoint_auth_method", "private_key_jwt", "client_id", id),
				"deceptive name":  app("token_endpoint_auth_method", method, "client_id", id, "client_name", "\u202e"),
				"unusable grants": app("token_endpoint_auth_method", method, "client_id", id, "grant_types", []any{"implicit"}),
			} {
				mustFail(t, name, d.manage(t, "PUT", made, metadata), 400, "invalid_client_metadata")
			}
			mustFail(t, "no redirect", d.manage(t, "PUT", made, app("token_endpoint_auth_method", method, "client_id", id, "redirect_uris", nil)), 400, "invalid_redirect_uri")
			next := app("token_endpoint_auth_method", method, "client_id", id, "client_name", "New Name", "redirect_uris", []any{"https://app.example/new"})
			if secret := made.get("client_secret"); secret != "" {
				next["client_secret"] = secret
			}
			for range 2 {
				if got := d.manage(t, "PUT", made, next); got.StatusCode != 200 || got.get("client_name") != "New Name" || strings.Contains(got.text, "bye") {
					t.Errorf("%s: %d %s", method, got.StatusCode, got.text)
				}
			}
			c, err := db.Client(t.Context(), id)
			if err != nil || c.Name != "New Name" || c.RedirectURIs[0] != "https://app.example/new" || len(c.PostLogoutRedirectURIs) != 0 || c.Public != (method == "none") {
				t.Errorf("%+v, %v", c, err)
			}
			events, err := db.Events(t.Context(), audit.Filter{ClientID: id})
			if err != nil || !contains(events, audit.ClientUpdated) {
				t.Errorf("audit: %+v, %v", events, err)
			}
		}
	})
}

func TestDeletedClientIsGoneWithItsToken(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db)
		made := d.register(t, app())
		if got := d.manage(t, "DELETE", made, nil); got.StatusCode != 204 || got.text != "" {
			t.Fatalf("%d %s", got.StatusCode, got.text)
		}
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			mustFail(t, method, d.manage(t, method, made, app("client_id", made.get("client_id"))), 401, "invalid_token")
		}
		if count(t, db) != 0 {
			t.Error("it is still there")
		}
	})
}
