package relyingparty_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/symbolon-id/symbolon/relyingparty"
)

// issuer answers every code with tokens whose claims a test chooses.
type issuer struct {
	*httptest.Server
	key    *ecdsa.PrivateKey
	signer *ecdsa.PrivateKey
	claims map[string]any // of the ID token
	answer map[string]any // beside the tokens
	form   url.Values     // of the last token request
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key, signer: key, claims: map[string]any{}, answer: map[string]any{}}
	mux := http.NewServeMux()
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]any{
			"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/jwks",
			"id_token_signing_alg_values_supported": []string{"ES256"}, "authorization_response_iss_parameter_supported": true,
		})
	})
	mux.HandleFunc("/jwks", func(w http.ResponseWriter, _ *http.Request) {
		ours := jose.JSONWebKey{Key: i.key.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}
		unknown := json.RawMessage(`{"kty":"AKP","alg":"ML-DSA-65","pub":"x"}`)
		write(w, http.StatusOK, map[string]any{"keys": []any{unknown, ours}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		i.form = r.PostForm
		if r.PostForm.Get("code") != "good" {
			write(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "no"})
			return
		}
		answer := map[string]any{"access_token": i.sign(t, map[string]any{"aud": "api"}), "token_type": "Bearer", "expires_in": 600, "id_token": i.sign(t, i.claims)}
		maps.Copy(answer, i.answer)
		write(w, http.StatusOK, answer)
	})
	return i
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (i *issuer) sign(t *testing.T, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: i.signer, KeyID: "k"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, _ := json.Marshal(claims)
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

// redeem answers a fresh request as the issuer would; spoil makes it invalid.
func redeem(t *testing.T, i *issuer, spoil func(i *issuer, response url.Values)) (*relyingparty.Tokens, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := relyingparty.Discover(ctx, i.URL, relyingparty.Registration{ClientID: "c", Scopes: []string{"openid"}})
	if err != nil {
		t.Fatal(err)
	}
	q := relyingparty.NewRequest("http://127.0.0.1/callback")
	i.claims = map[string]any{
		"iss": i.URL, "sub": "u", "aud": "c", "nonce": q.Nonce, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
	response := url.Values{"state": {q.State}, "iss": {i.URL}, "code": {"good"}}
	spoil(i, response)
	return c.Redeem(ctx, q, response)
}

func TestGoodTokensAreTaken(t *testing.T) {
	for what, change := range map[string]func(*issuer, url.Values){
		"plain":                        func(*issuer, url.Values) {},
		"several audiences, one party": func(i *issuer, _ url.Values) { i.claims["aud"], i.claims["azp"] = []string{"other", "c"}, "c" },
	} {
		i := newIssuer(t)
		tokens, err := redeem(t, i, change)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if tokens.IDToken.Header.Alg != "ES256" || tokens.AccessToken == nil || i.form.Get("code_verifier") == "" || i.form.Get("client_id") != "c" {
			t.Errorf("%s: %+v, sent %v", what, tokens, i.form)
		}
	}
}

func TestTokensForOthersAreRefused(t *testing.T) {
	for word, spoil := range map[string]func(*issuer, url.Values){
		"different provider":          func(i *issuer, _ url.Values) { i.claims["iss"] = i.URL + "/" },
		"audience":                    func(i *issuer, _ url.Values) { i.claims["aud"] = "other" },
		"not for c":                   func(i *issuer, _ url.Values) { i.claims["aud"] = []string{"c", "other"} },
		"expired":                     func(i *issuer, _ url.Values) { i.claims["exp"] = time.Now().Add(-time.Minute).Unix() },
		"in the future":               func(i *issuer, _ url.Values) { i.claims["iat"] = time.Now().Add(2 * time.Minute).Unix() },
		"nonce":                       func(i *issuer, _ url.Values) { delete(i.claims, "nonce") },
		"hash":                        func(i *issuer, _ url.Values) { i.claims["at_hash"] = "AAAA" },
		"failed to verify":            func(i *issuer, _ url.Values) { i.signer, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader) },
		"no ID token":                 func(i *issuer, _ url.Values) { i.answer["id_token"] = "" },
		"state":                       func(_ *issuer, r url.Values) { r.Set("state", "guess") },
		"mix-up":                      func(_ *issuer, r url.Values) { r.Set("iss", "https://other.example") },
		"mix-up attack":               func(_ *issuer, r url.Values) { r.Del("iss") },
		"no code":                     func(_ *issuer, r url.Values) { r.Del("code") },
		"refused: access_denied: no!": func(_ *issuer, r url.Values) { r.Set("error", "access_denied"); r.Set("error_description", "no!") },
		"refused: invalid_grant: no":  func(_ *issuer, r url.Values) { r.Set("code", "bad") },
	} {
		if _, err := redeem(t, newIssuer(t), spoil); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", word, err)
		}
	}
}

func TestMetadataOfAnotherIssuerIsRefused(t *testing.T) {
	for want, body := range map[string]string{
		"did not match":          `{"issuer":"https://other.example","token_endpoint":"x","jwks_uri":"x"}`,
		"failed to decode":       `<html>`,
		"no token_endpoint":      `{"issuer":"%s","jwks_uri":"x"}`,
		"unexpected end of JSON": `{"issuer":"` + strings.Repeat("x", 2<<20) + `"}`,
	} {
		var server *httptest.Server
		server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if strings.Contains(body, "%s") {
				_, _ = fmt.Fprintf(w, body, server.URL)
				return
			}
			_, _ = fmt.Fprint(w, body)
		}))
		_, err := relyingparty.Discover(context.Background(), server.URL, relyingparty.Registration{ClientID: "c"})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
		server.Close()
	}
}
