package provider

import (
	"net/http"
	"net/url"
	"testing"
)

func TestNoBytesInAnyFieldAreAServerError(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		for path, fields := range map[string][]string{
			"/token": {"grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier", "refresh_token", "device_code", "scope", "resource", "client_assertion"},
			"/par": {"client_id", "client_secret", "redirect_uri", "state", "nonce", "scope", "request", "request_uri", "login_hint", "acr_values",
				"code_challenge", "claims", "authorization_details"},
			"/device_authorization": {"client_id", "client_secret", "scope", "acr_values", "resource"},
			"/introspect":           {"client_id", "client_secret", "token", "token_type_hint"},
			"/revoke":               {"client_id", "client_secret", "token", "token_type_hint"},
		} {
			for _, hostile := range []string{"a\x00b", "\xff\xfe", "c_\xc3"} {
				for _, field := range fields {
					form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"c_nobody"}, "client_secret": {"none"}}
					form.Set(field, hostile)
					if a := s.post(path, form); a.StatusCode >= http.StatusInternalServerError {
						t.Errorf("%s %s=%q: %d", path, field, hostile, a.StatusCode)
					}
				}
				if a := s.post(path, url.Values{"grant_type": {"client_credentials"}}, login{id: hostile, secret: hostile}); a.StatusCode >= http.StatusInternalServerError {
					t.Errorf("%s, Basic %q: %d", path, hostile, a.StatusCode)
				}
			}
		}
		for _, field := range []string{"client_id", "redirect_uri", "state", "request_uri", "login_hint", "nonce", "scope", "prompt", "id_token_hint"} {
			query := url.Values{"client_id": {"c_nobody"}, "response_type": {"code"}}
			query.Set(field, "a\x00\xff")
			for _, path := range []string{"/authorize?", "/logout?"} {
				if a := s.get(path + query.Encode()); a.StatusCode >= http.StatusInternalServerError {
					t.Errorf("%s %s: %d", path, field, a.StatusCode)
				}
			}
		}
	})
}
