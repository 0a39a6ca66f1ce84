package provider

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// claimsOf decodes a JWT's payload; its signature is another test's concern.
func claimsOf(t testing.TB, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", token)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	must(t, err)
	claims := map[string]any{}
	must(t, json.Unmarshal(payload, &claims))
	return claims
}

func TestIDTokenTellsOfOneAuthentication(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		for _, alg := range s.Keys.Algorithms() {
			app, ada := s.app(func(c *storage.Client) { c.SigningAlg = alg }), s.person("ada"+alg)
			tokens := ada.tokens(app, [2]string{"nonce", "n-1"}, [2]string{"scope", "openid email"})
			_, header, err := s.Keys.Verify(tokens.IDToken, "JWT")
			must(t, err)
			claims, access := claimsOf(t, tokens.IDToken), claimsOf(t, tokens.AccessToken)
			hash := sha256.New()
			if alg == "EdDSA" {
				hash = sha512.New()
			}
			hash.Write([]byte(tokens.AccessToken))
			for name, want := range map[string]any{
				"iss": s.Issuer, "aud": app.id, "sub": ada.user.ID, "nonce": "n-1", "email": ada.user.Email, "email_verified": true,
				"acr": "urn:symbolon:acr:mail", "sid": access["sid"], "auth_time": access["auth_time"],
				"at_hash": base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:hash.Size()/2]),
			} {
				if claims[name] == nil || claims[name] != want {
					t.Errorf("%s: %s is %v, want %v", alg, name, claims[name], want)
				}
			}
			if header.Alg != alg || claims["name"] != nil || claims["exp"].(float64)-claims["iat"].(float64) != time.Hour.Seconds() {
				t.Errorf("%s: %+v %v", alg, header, claims)
			}
		}
	})
}

func TestWithoutOpenIDThereIsNoIDToken(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		if tokens := s.person("ada").tokens(s.app(), [2]string{"scope", "email"}); tokens.IDToken != "" {
			t.Errorf("got %+v", tokens)
		}
	})
}
