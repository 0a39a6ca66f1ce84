package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// agent is a program with a service account.
type agent struct {
	registered
	d    *deployment
	http *http.Client
}

const weather = "https://weather.example"

func (d *deployment) agent(t testing.TB, flags ...string) agent {
	t.Helper()
	flags = append([]string{"--name", "weather-bot", "--scope", "read_weather read_wind", "--audience", weather}, flags...)
	return agent{d.create(t, "agent", flags...), d, httpClient()}
}

func (a agent) token(t testing.TB, at string, pairs ...string) reply {
	t.Helper()
	r, err := call(a.http, at+"/token", a.registered, append([]string{"grant_type", "client_credentials"}, pairs...)...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// accessClaims are those of RFC 9068.
type accessClaims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  any    `json:"aud"`
	ClientID  string `json:"client_id"`
	Scope     string `json:"scope"`
	JTI       string `json:"jti"`
	ExpiresAt int64  `json:"exp"`
	IssuedAt  int64  `json:"iat"`
}

// verify checks a token offline, as the resource server does: by the published keys alone.
func (d *deployment) verify(client *http.Client, token string) (accessClaims, jose.Header, error) {
	var claims accessClaims
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil {
		return claims, jose.Header{}, err
	}
	set, err := d.jwks(client)
	if err != nil {
		return claims, jose.Header{}, err
	}
	payload, err := signed.Verify(set)
	if err != nil {
		return claims, signed.Signatures[0].Header, err
	}
	return claims, signed.Signatures[0].Header, json.Unmarshal(payload, &claims)
}

func (d *deployment) jwks(client *http.Client) (*jose.JSONWebKeySet, error) {
	response, err := client.Get(d.issuer + "/jwks")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	set := &jose.JSONWebKeySet{}
	return set, json.Unmarshal(body, set)
}

func TestAgentTokenVerifiesAgainstThePublishedKeys(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a := d.agent(t)
		answer := a.token(t, d.issuer, "scope", "read_weather")
		if answer.status != 200 || answer.text("token_type") != "Bearer" || answer.text("scope") != "read_weather" {
			t.Fatalf("%d %s", answer.status, answer.body)
		}
		if answer.header.Get("Cache-Control") != "no-store" || answer.fields["refresh_token"] != nil || answer.fields["id_token"] != nil {
			t.Errorf("%v %v", answer.header, answer.fields)
		}
		claims, header, err := d.verify(a.http, answer.text("access_token"))
		if err != nil {
			t.Fatal(err)
		}
		if header.Algorithm != "RS256" || header.ExtraHeaders["typ"] != "at+jwt" || header.KeyID == "" {
			t.Errorf("header: %+v", header)
		}
		if claims.Issuer != d.issuer || claims.Subject != a.ClientID || claims.ClientID != a.ClientID ||
			claims.Audience != weather || claims.Scope != "read_weather" || claims.JTI == "" {
			t.Errorf("claims: %+v", claims)
		}
		life := time.Duration(claims.ExpiresAt-claims.IssuedAt) * time.Second
		if life <= 0 || life > time.Hour || answer.fields["expires_in"] != life.Seconds() {
			t.Errorf("lives %s, expires_in %v", life, answer.fields["expires_in"])
		}
	})
}

func TestAgentWithES256GetsES256(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a := d.agent(t, "--signing-alg", "ES256")
		_, header, err := d.verify(a.http, a.token(t, d.issuer).text("access_token"))
		if err != nil || header.Algorithm != "ES256" {
			t.Errorf("%s %v", header.Algorithm, err)
		}
	})
}

func TestGoClientCredentialsLibraryWorksInBothStyles(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a := d.agent(t)
		for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams, oauth2.AuthStyleAutoDetect} {
			config := clientcredentials.Config{
				ClientID: a.ClientID, ClientSecret: a.ClientSecret, TokenURL: d.issuer + "/token", AuthStyle: style,
				EndpointParams: url.Values{"resource": {weather}},
			}
			token, err := config.Token(t.Context())
			if err != nil {
				t.Errorf("style %d: %v", style, err)
				continue
			}
			remembered(token)
			if _, _, err := d.verify(a.http, token.AccessToken); err != nil {
				t.Errorf("style %d: %v", style, err)
			}
		}
	})
}

func TestAgentGetsNothingItDoesNotHold(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a := d.agent(t)
		for want, pairs := range map[string][]string{
			"invalid_scope":  {"scope", "admin"},
			"invalid_target": {"resource", "https://other.example"},
		} {
			if r := a.token(t, d.issuer, pairs...); r.status != 400 || r.text("error") != want {
				t.Errorf("%v: %d %s", pairs, r.status, r.body)
			}
		}
		if r := a.token(t, d.issuer, "scope", "admin read_wind"); r.text("scope") != "read_wind" {
			t.Errorf("the scope is not the intersection: %s", r.body)
		}
	})
}

func TestPublishedKeysAreOnlyPublic(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		p := d.visitor(t).get("/jwks")
		var set struct{ Keys []map[string]any }
		if err := json.Unmarshal([]byte(p.body), &set); err != nil || len(set.Keys) < 2 {
			t.Fatalf("%v %s", err, p.body)
		}
		ids, algs := map[any]bool{}, ""
		for _, key := range set.Keys {
			for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
				if key[private] != nil {
					t.Errorf("the JWKS holds %q", private)
				}
			}
			if ids[key["kid"]] || key["kid"] == nil || key["use"] != "sig" || key["alg"] == nil {
				t.Errorf("key: %v", key)
			}
			ids[key["kid"]] = true
			algs += " " + key["alg"].(string)
		}
		if !strings.Contains(algs, "RS256") || !strings.Contains(algs, "ES256") || !strings.Contains(p.header.Get("Cache-Control"), "max-age") {
			t.Errorf("algorithms%s, %v", algs, p.header)
		}
	})
}
