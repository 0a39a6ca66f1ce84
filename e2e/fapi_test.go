package e2e

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
)

// bank is a client of FAPI 2.0 with Message Signing, written from the specifications: it signs what it
// asks for, proves a key with every token, and believes nothing that is not signed.
type bank struct {
	keyholder
	d    *deployment
	id   string
	http *http.Client
}

func (d *deployment) bank(t testing.TB) bank {
	t.Helper()
	k := newKeyholder(t)
	r := d.create(t, "client", "--name", "Bank", "--redirect-uri", webCallback, "--jwks", k.published(), "--profile", "fapi2",
		"--require-signed-request", "--response-alg", "ES256", "--introspection-alg", "ES256")
	if r.ClientSecret != "" {
		t.Error("it was given a secret")
	}
	return bank{k, d, r.ClientID, httpClient()}
}

// post sends a form with an assertion for the issuer and a proof for this endpoint.
func (b bank) post(path string, header http.Header, pairs ...string) reply {
	b.t.Helper()
	form := url.Values{}
	for _, all := range [][]string{pairs, b.assertion(b.id, b.d.issuer)} {
		for i := 0; i+1 < len(all); i += 2 {
			form.Add(all[i], all[i+1])
		}
	}
	r := must[*http.Request](b.t)(http.NewRequest(http.MethodPost, b.d.issuer+path, strings.NewReader(form.Encode())))
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("DPoP", b.prove(http.MethodPost, b.d.issuer+path, ""))
	return must[reply](b.t)(replied(b.http, r))
}

// request is a signed request (RFC 9101), with its PKCE verifier.
func (b bank) request(changes map[string]any) (object, verifier string) {
	b.t.Helper()
	now := time.Now().Unix()
	verifier = lab.seen.secret("code verifier", oauth2.GenerateVerifier())
	claims := map[string]any{
		"iss": b.id, "aud": b.d.issuer, "client_id": b.id, "nbf": now, "exp": now + 300, "response_type": "code", "response_mode": "jwt",
		"redirect_uri": webCallback, "scope": "openid email offline_access", "state": "s-" + random(), "nonce": random(),
		"code_challenge": oauth2.S256ChallengeFromVerifier(verifier), "code_challenge_method": "S256",
	}
	for name, value := range changes {
		claims[name] = value
	}
	return b.sign((&jose.SignerOptions{}).WithType("oauth-authz-req+jwt"), claims), verifier
}

// verified reads a JWT of the server's, by the published keys, of this type and by ES256 alone.
func (b bank) verified(token, typ string) (claims map[string]any) {
	b.t.Helper()
	signed := must[*jose.JSONWebSignature](b.t)(jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256}))
	payload := must[[]byte](b.t)(signed.Verify(must[*jose.JSONWebKeySet](b.t)(b.d.jwks(b.http))))
	if got := signed.Signatures[0].Header.ExtraHeaders["typ"]; got != typ {
		b.t.Errorf("typ %v, want %s", got, typ)
	}
	if err := json.Unmarshal(payload, &claims); err != nil || claims["iss"] != b.d.issuer {
		b.t.Errorf("%v, %v", claims, err)
	}
	return claims
}

// answered opens the one parameter of a signed response (JARM).
func (b bank) answered(answer url.Values) map[string]any {
	b.t.Helper()
	if len(answer) != 1 {
		b.t.Fatalf("the answer holds %q", keys(answer))
	}
	said := b.verified(lab.seen.secret("signed response", answer.Get("response")), "JWT")
	if exp, _ := said["exp"].(float64); said["aud"] != b.id || exp < float64(time.Now().Unix()) {
		b.t.Errorf("%v", said)
	}
	if code, ok := said["code"].(string); ok {
		lab.seen.secret("code", code)
	}
	return said
}

func (b bank) userinfo(token string) reply {
	b.t.Helper()
	at := b.d.issuer + "/userinfo"
	r := must[*http.Request](b.t)(http.NewRequest(http.MethodGet, at, nil))
	r.Header.Set("Authorization", "DPoP "+token)
	r.Header.Set("DPoP", b.prove(http.MethodGet, at, token))
	return must[reply](b.t)(replied(b.http, r))
}

func TestBankSignsPeopleInByFAPI2(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		b, v, who := d.bank(t), d.visitor(t), d.person(t)
		object, verifier := b.request(nil)
		pushed := b.post("/par", nil, "request", object)
		if pushed.status != http.StatusCreated {
			t.Fatalf("%d %s", pushed.status, pushed.body)
		}
		short := "/authorize?" + url.Values{"client_id": {b.id}, "request_uri": {pushed.text("request_uri")}}.Encode()
		said := b.answered(v.arrive(d, v.get(short), who))
		code, _ := said["code"].(string)
		if state, _ := said["state"].(string); code == "" || !strings.HasPrefix(state, "s-") {
			t.Fatalf("%v", said)
		}
		redeem := []string{"grant_type", "authorization_code", "code", code, "redirect_uri", webCallback, "code_verifier", verifier}
		issued := b.post("/token", nil, redeem...)
		if issued.status != 200 || issued.text("token_type") != "DPoP" {
			t.Fatalf("%d %s", issued.status, issued.body)
		}
		if id := b.verified(issued.text("id_token"), "JWT"); id["sub"] != who.id || id["aud"] != b.id {
			t.Errorf("%v", id)
		}
		if access := b.verified(issued.text("access_token"), "at+jwt"); access["cnf"] == nil {
			t.Errorf("%v", access)
		}
		if info := b.userinfo(issued.text("access_token")); info.status != 200 || info.text("email") != who.email {
			t.Errorf("%d %s", info.status, info.body)
		}
		b.refreshesTheSame(issued.text("refresh_token"))
		b.believesWhatIsSigned(issued.text("access_token"), true)
		if again := b.post("/token", nil, redeem...); again.status != http.StatusBadRequest || again.text("error") != "invalid_grant" {
			t.Errorf("the code again: %d %s", again.status, again.body)
		}
		b.believesWhatIsSigned(issued.text("access_token"), false)
	})
}

// refreshesTheSame: the token is kept, so a lost answer costs nothing.
func (b bank) refreshesTheSame(token string) {
	b.t.Helper()
	for range 3 {
		r := b.post("/token", nil, "grant_type", "refresh_token", "refresh_token", token)
		if r.status != 200 || r.text("refresh_token") != token || r.text("token_type") != "DPoP" {
			b.t.Errorf("%d %s", r.status, r.body)
		}
	}
}

// believesWhatIsSigned asks about a token, for a signed answer (RFC 9701).
func (b bank) believesWhatIsSigned(token string, active bool) {
	b.t.Helper()
	const media = "application/token-introspection+jwt"
	r := b.post("/introspect", http.Header{"Accept": {media}}, "token", token)
	if r.status != 200 || r.header.Get("Content-Type") != media {
		b.t.Fatalf("%d %v %s", r.status, r.header, r.body)
	}
	said := b.verified(r.body, "token-introspection+jwt")
	about, _ := said["token_introspection"].(map[string]any)
	if said["aud"] != b.id || about["active"] != active || said["active"] != nil {
		b.t.Errorf("%v", said)
	}
}

func TestBankGetsNothingInAWeakerWay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		b, v := d.bank(t), d.visitor(t)
		now := time.Now().Unix()
		for what, changes := range map[string]map[string]any{
			"expired":              {"exp": now - 300},
			"for somebody else":    {"aud": "https://other.example"},
			"good for a day":       {"exp": now + 24*3600},
			"of another client":    {"client_id": d.app(t).ClientID},
			"with another request": {"request_uri": "urn:ietf:params:oauth:request_uri:x"},
		} {
			object, _ := b.request(changes)
			refused(t, what, http.StatusBadRequest, "invalid_request_object", b.post("/par", nil, "request", object))
		}
		stolen, _ := bank{newKeyholder(t), d, b.id, b.http}.request(nil)
		refused(t, "by another key", http.StatusBadRequest, "invalid_request_object", b.post("/par", nil, "request", stolen))
		plain, _ := b.request(map[string]any{"response_mode": "query"})
		refused(t, "an unsigned answer", http.StatusBadRequest, "invalid_request", b.post("/par", nil, "request", plain))
		refused(t, "unsigned", http.StatusBadRequest, "invalid_request", b.post("/par", nil, "response_type", "code", "redirect_uri", webCallback,
			"response_mode", "jwt", "code_challenge", oauth2.S256ChallengeFromVerifier(random()+random()), "code_challenge_method", "S256"))
		refused(t, "as a client assertion", http.StatusUnauthorized, "invalid_client", must[reply](t)(call(b.http, d.issuer+"/par", registered{ClientID: b.id},
			"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", stolen)))
		object, _ := b.request(nil)
		said := b.answered(v.handedOver(v.get("/authorize?" + url.Values{"client_id": {b.id}, "request": {object}}.Encode())))
		if said["error"] != "invalid_request" || said["code"] != nil {
			t.Errorf("not pushed: %v", said)
		}
	})
}

// A client whose site is away is refused like one with a wrong key. Its operator finds out why.
func TestKeysThatCannotBeHadAreTheClientsTrouble(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a := d.agent(t, "--jwks-uri", "https://keys.invalid/jwks", "--profile", "fapi2")
		refused(t, "keys nobody has", http.StatusUnauthorized, "invalid_client",
			a.token(t, d.nodes[0].url(), newKeyholder(t).assertion(a.ClientID, d.issuer)...))
		told := func() error {
			if text := must[[]byte](t)(os.ReadFile(d.nodes[0].process.log)); !strings.Contains(string(text), `"client_keys":"host"`) {
				return errors.New("the log does not say why")
			}
			return nil
		}
		if err := d.nodes[0].process.answers(5*time.Second, told); err != nil {
			t.Error(err)
		}
	})
}
