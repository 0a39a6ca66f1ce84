package provider

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// host returns a path at the root of the host, whatever the issuer's path.
func (s *server) host(path string) *answer {
	s.t.Helper()
	return s.do(request(s.t, http.MethodGet, s.http.URL+path, nil))
}

func TestUnknownWellKnownPathIsAJSON404(t *testing.T) {
	for _, base := range []string{"", "/p"} {
		s := newServerAt(t, storagetest.SQLite(t), base, nil)
		for _, path := range []string{
			"/.well-known/nope", "/.well-known/", "/.well-known/oauth-authorization-server/", "/.well-known/openid-configuration/",
			"/.well-known/oauth-authorization-server/other", "/.well-known/openid-configuration/p/", "/.well-known/oauth-authorization-server/..%2f",
			"/.well-known/oauth-authorization-server//", "//.well-known/openid-configuration", "/other/.well-known/openid-configuration",
		} {
			a := s.host(path)
			if a.StatusCode != http.StatusNotFound || a.Header.Get("Location") != "" {
				t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
			}
			if strings.HasPrefix(path, "/.well-known/") && a.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s: %s", path, a.Header.Get("Content-Type"))
			}
		}
	}
}

func TestHostHeaderChangesNothing(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks"} {
		honest := s.get(path)
		r := request(t, http.MethodGet, s.endpoint(path), nil)
		r.Host = "evil.example"
		r.Header.Set("X-Forwarded-Host", "evil.example")
		r.Header.Set("X-Forwarded-Proto", "http")
		r.Header.Set("Forwarded", "host=evil.example")
		if a := s.do(r); a.StatusCode != http.StatusOK || !bytes.Equal(a.body, honest.body) {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
}

func TestEveryFormOfTheAddressGivesTheSameDocument(t *testing.T) {
	for base, paths := range map[string][]string{
		"":     {"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"},
		"/p/q": {"/.well-known/openid-configuration/p/q", "/.well-known/oauth-authorization-server/p/q", "/p/q/.well-known/openid-configuration"},
	} {
		s := newServerAt(t, storagetest.SQLite(t), base, nil)
		first := s.host(paths[0])
		if first.json(t, "issuer") != s.Issuer {
			t.Errorf("issuer %v, want %s", first.json(t, "issuer"), s.Issuer)
		}
		for _, path := range paths {
			a := s.host(path)
			if a.StatusCode != http.StatusOK || !bytes.Equal(a.body, first.body) || a.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
			}
			if a.Header.Get("Access-Control-Allow-Origin") != "*" || a.Header.Get("Cache-Control") != "public, max-age=300" {
				t.Errorf("%s: %v", path, a.Header)
			}
		}
	}
}

// What is advertised works: every member has a value, every endpoint is there.
func TestOnlyWhatWorksIsAdvertised(t *testing.T) {
	for _, base := range []string{"", "/p"} {
		s := newServerAt(t, storagetest.SQLite(t), base, withStates)
		document := map[string]any{}
		must(t, json.Unmarshal(s.host("/.well-known/openid-configuration"+base).body, &document))
		for name, value := range document {
			switch v := value.(type) {
			case nil:
				t.Errorf("%s is null", name)
			case []any:
				if len(v) == 0 || slices.Contains(v, any("")) {
					t.Errorf("%s: %v", name, v)
				}
			case string:
				if !strings.HasPrefix(v, s.Issuer) {
					t.Errorf("%s: %q", name, v)
				}
				if name == "issuer" {
					continue
				}
				get, post := s.do(request(t, http.MethodGet, v, nil)), s.do(request(t, http.MethodPost, v, url.Values{}))
				if get.StatusCode == http.StatusNotFound || post.StatusCode == http.StatusNotFound {
					t.Errorf("%s: nobody at %s", name, v)
				}
			}
		}
	}
}

func TestAdvertisedValues(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	a := s.get("/.well-known/oauth-authorization-server")
	for name, want := range map[string]string{
		"code_challenge_methods_supported":                 `["S256"]`,
		"response_types_supported":                         `["code"]`,
		"response_modes_supported":                         `["query","form_post","jwt","query.jwt","form_post.jwt"]`,
		"grant_types_supported":                            `["authorization_code","client_credentials","refresh_token","urn:ietf:params:oauth:grant-type:device_code"]`,
		"token_endpoint_auth_methods_supported":            `["client_secret_basic","client_secret_post","private_key_jwt","none"]`,
		"revocation_endpoint_auth_methods_supported":       `["client_secret_basic","client_secret_post","private_key_jwt","none"]`,
		"introspection_endpoint_auth_methods_supported":    `["client_secret_basic","client_secret_post","private_key_jwt"]`,
		"token_endpoint_auth_signing_alg_values_supported": `["RS256","PS256","ES256","EdDSA"]`,
		"dpop_signing_alg_values_supported":                `["PS256","ES256","EdDSA"]`,
		"request_object_signing_alg_values_supported":      `["RS256","PS256","ES256","EdDSA"]`,
		"authorization_signing_alg_values_supported":       `["RS256","ES256","PS256","EdDSA"]`,
		"introspection_signing_alg_values_supported":       `["RS256","ES256","PS256","EdDSA"]`,
		"request_parameter_supported":                      `true`,
		"require_signed_request_object":                    `false`,
		"subject_types_supported":                          `["public","pairwise"]`,
		"claims_parameter_supported":                       `true`,
		"ui_locales_supported":                             `["en","de","es","fr"]`,
		"id_token_signing_alg_values_supported":            `["RS256","ES256","PS256","EdDSA"]`,
		"userinfo_signing_alg_values_supported":            `["RS256","ES256","PS256","EdDSA"]`,
		"scopes_supported":                                 `["openid","profile","email","phone","address","groups","offline_access"]`,
		"authorization_response_iss_parameter_supported":   `true`,
		"request_uri_parameter_supported":                  `false`,
		"backchannel_logout_supported":                     `true`,
		"backchannel_logout_session_supported":             `true`,
		"frontchannel_logout_supported":                    `true`,
		"frontchannel_logout_session_supported":            `true`,
	} {
		got, err := json.Marshal(a.json(t, name))
		must(t, err)
		if string(got) != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestJWKSHoldsPublicKeysOnly(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	a := s.get("/jwks")
	var set struct{ Keys []map[string]any }
	must(t, json.Unmarshal(a.body, &set))
	if len(set.Keys) < 2 || a.Header.Get("Cache-Control") != "public, max-age=300" || a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Fatalf("%v %s", a.Header, a.body)
	}
	seen := map[any]bool{}
	for _, key := range set.Keys {
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
			if key[private] != nil {
				t.Errorf("the member %s is out", private)
			}
		}
		if key["kid"] == "" || seen[key["kid"]] || key["use"] != "sig" || key["alg"] == nil || key["kty"] == "oct" {
			t.Errorf("key %v", key)
		}
		seen[key["kid"]] = true
	}
}

func TestUnchangedDocumentIsNotSentAgain(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	for _, path := range []string{"/.well-known/openid-configuration", "/jwks"} {
		etag := s.get(path).Header.Get("Etag")
		for tags, want := range map[string]int{etag: 304, `"x", W/` + etag: 304, "*": 304, `"x"`: 200, "": 200} {
			r := request(t, http.MethodGet, s.endpoint(path), nil)
			r.Header.Set("If-None-Match", tags)
			if a := s.do(r); a.StatusCode != want || (want == 304) != (len(a.body) == 0) {
				t.Errorf("%s, If-None-Match: %s: %d", path, tags, a.StatusCode)
			}
		}
	}
}

func TestDocumentsNeedNoDatabase(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	before := s.db.Stats().Statements
	s.get("/.well-known/openid-configuration").ok(t)
	s.get("/jwks").ok(t)
	if after := s.db.Stats().Statements; after != before {
		t.Errorf("%d statements", after-before)
	}
}

func BenchmarkDiscovery(b *testing.B) {
	s := newServer(b, storagetest.SQLite(b))
	for name, handler := range map[string]func(http.ResponseWriter, *http.Request) error{"metadata": s.metadata.Discovery, "jwks": s.metadata.JWKS} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			w := httptest.NewRecorder()
			b.ReportAllocs()
			for b.Loop() {
				w.Body.Reset()
				if err := handler(w, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
