package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/oauth2"
)

// ask sends JSON, or nothing, with a bearer token, if any.
func ask(t testing.TB, client *http.Client, method, address, bearer string, body any) reply {
	t.Helper()
	text := ""
	if body != nil {
		text = string(must[[]byte](t)(json.Marshal(body)))
	}
	r := must[*http.Request](t)(http.NewRequest(method, address, strings.NewReader(text)))
	r.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	return must[reply](t)(replied(client, r))
}

func TestSoftwareRegistersItselfAndPeopleSignInToIt(t *testing.T) {
	t.Parallel()
	initial := lab.seen.secret("initial access token", random()+random())
	digest := sha256.Sum256([]byte(initial))
	d := own(t, plan{name: "registering", nodes: 1, env: []string{"SYMBOLON_REGISTRATION=token", "SYMBOLON_REGISTRATION_TOKENS=" + hex.EncodeToString(digest[:])}})
	client := httpClient()
	about := map[string]any{"client_name": "Weather app", "redirect_uris": []string{webCallback}, "scope": "openid profile email offline_access",
		"grant_types": []string{"authorization_code", "refresh_token"}}
	for what, token := range map[string]string{"no token": "", "a wrong token": initial + "x"} {
		if r := ask(t, client, http.MethodPost, d.issuer+"/register", token, about); r.status != http.StatusUnauthorized || r.text("client_id") != "" {
			t.Errorf("%s: %d %s", what, r.status, r.body)
		}
	}
	made := ask(t, client, http.MethodPost, d.issuer+"/register", initial, about)
	manage, at := lab.seen.secret("registration access token", made.text("registration_access_token")), made.text("registration_client_uri")
	if made.status != http.StatusCreated || manage == "" || !strings.HasPrefix(at, d.issuer+"/register/") {
		t.Fatalf("%d %s", made.status, made.body)
	}
	a := d.appOf(t, registered{ClientID: made.text("client_id"), ClientSecret: lab.seen.secret("client secret", made.text("client_secret"))})
	who := d.person(t)
	token := a.tokens(t, who)
	if told := d.post.awaitSubject(t, who.email, "app.example now has access to your account"); !strings.Contains(told.text, "Stay connected when you’re not using it") {
		t.Errorf("the mail does not say what it can do:\n%s", told.text)
	}
	if !a.introspect(t, d.issuer, token.AccessToken).active() {
		t.Error("its token is not active")
	}
	if r := ask(t, client, http.MethodDelete, at, initial, nil); r.status != http.StatusUnauthorized {
		t.Errorf("removed with another token: %d", r.status)
	}
	if r := ask(t, client, http.MethodDelete, at, manage, nil); r.status != http.StatusNoContent {
		t.Errorf("remove: %d %s", r.status, r.body)
	}
	deadEverywhere(t, a, "client gone", token)
}

func TestOperatorsTokenRegistersAsOftenAsItSays(t *testing.T) {
	t.Parallel()
	d := own(t, plan{name: "ticketed", nodes: 1, env: []string{"SYMBOLON_REGISTRATION=token"}})
	client, about := httpClient(), map[string]any{"client_name": "Weather app", "redirect_uris": []string{webCallback}}
	var made struct {
		ID    string `json:"token_id"`
		Token string `json:"initial_access_token"`
	}
	issue := func(flags ...string) string {
		t.Helper()
		out := d.command(t, append([]string{"registration", "token", "create", "--name", "build server", "--json"}, flags...)...)
		if err := json.Unmarshal(out, &made); err != nil {
			t.Fatal(err)
		}
		return lab.seen.secret("initial access token", made.Token)
	}
	once := issue("--max-uses", "1")
	for i, want := range []int{http.StatusCreated, http.StatusUnauthorized} {
		r := ask(t, client, http.MethodPost, d.issuer+"/register", once, about)
		if r.status != want {
			t.Errorf("use %d: %d %s", i+1, r.status, r.body)
		}
		lab.seen.secret("client secret", r.text("client_secret"))
		lab.seen.secret("registration access token", r.text("registration_access_token"))
	}
	revoked := issue()
	d.command(t, "registration", "token", "revoke", made.ID)
	if r := ask(t, client, http.MethodPost, d.issuer+"/register", revoked, about); r.status != http.StatusUnauthorized {
		t.Errorf("revoked: %d", r.status)
	}
}

func TestSoftwareManagesItsRegistration(t *testing.T) {
	t.Parallel()
	issuer, client := devServer(t), httpClient()
	about := map[string]any{"client_name": "Notes", "redirect_uris": []string{webCallback}, "scope": "openid email offline_access", "policy_uri": "https://app.example/privacy"}
	made := ask(t, client, http.MethodPost, issuer+"/register", "", about)
	manage, at := lab.seen.secret("registration access token", made.text("registration_access_token")), made.text("registration_client_uri")
	secret := lab.seen.secret("client secret", made.text("client_secret"))
	if made.status != http.StatusCreated || made.text("policy_uri") == "" {
		t.Fatalf("%d %s", made.status, made.body)
	}
	a := (&deployment{issuer: issuer}).appOf(t, registered{ClientID: made.text("client_id"), ClientSecret: secret})
	a.config.Scopes = []string{"openid", "email", "offline_access"}
	v, q := a.d.visitor(t), a.begin()
	asked := v.asAlice(v.get(q.url))
	for _, shown := range []string{"Notes", "unverified", "registered itself", "app.example", "https://app.example/privacy"} {
		if !strings.Contains(asked.body, shown) {
			t.Errorf("the page does not show %q", shown)
		}
	}
	token := a.redeem(t, q, v.handedOver(v.allow(asked)))
	q = a.begin()
	a.redeem(t, q, v.handedOver(v.asAlice(v.get(q.url)))) // remembered

	if r := ask(t, client, http.MethodGet, at, manage, nil); r.status != http.StatusOK || r.text("client_name") != "Notes" || r.text("client_secret") != "" {
		t.Errorf("read: %d %s", r.status, r.body)
	}
	change := func(more map[string]any) reply {
		next := map[string]any{"client_id": a.ClientID, "client_name": "Notes", "redirect_uris": []string{webCallback}, "scope": "openid email offline_access"}
		for name, value := range more {
			next[name] = value
		}
		return ask(t, client, http.MethodPut, at, manage, next)
	}
	for name, bad := range map[string]map[string]any{
		"another's id": {"client_id": "c_other"}, "keys it does not send": {"token_endpoint_auth_method": "private_key_jwt"}, "a wrong secret": {"client_secret": "x"},
		"a deceptive name": {"client_name": "Goo\u200bgle"}, "a script": {"redirect_uris": []string{"javascript:alert(1)"}},
	} {
		if r := change(bad); r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	for _, step := range []struct {
		name  string
		more  map[string]any
		asked bool
	}{
		{"its terms", map[string]any{"tos_uri": "https://app.example/terms"}, false},
		{"its name", map[string]any{"client_name": "Bank"}, true},
		{"a place more", map[string]any{"client_name": "Bank", "redirect_uris": []string{webCallback, "https://evil.example/cb"}}, true},
	} {
		if r := change(step.more); r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", step.name, r.status, r.body)
		}
		q := a.begin()
		p := v.asAlice(v.get(q.url))
		if p.has("/consent") != step.asked {
			t.Errorf("%s: asked is %v (%d)", step.name, p.has("/consent"), p.status)
		}
		if p.has("/consent") {
			p = v.allow(p)
		}
		a.redeem(t, q, v.handedOver(p))
	}
	if r := ask(t, client, http.MethodDelete, at, manage, nil); r.status != http.StatusNoContent {
		t.Fatalf("remove: %d %s", r.status, r.body)
	}
	if r := ask(t, client, http.MethodGet, at, manage, nil); r.status != http.StatusUnauthorized {
		t.Errorf("afterwards: %d", r.status)
	}
	if p := v.follow(v.get(a.begin().url)); p.status != http.StatusBadRequest {
		t.Errorf("its requests: %d", p.status)
	}
	refused(t, "its refresh token", http.StatusUnauthorized, "invalid_client", a.call(t, issuer, "/token", "grant_type", "refresh_token", "refresh_token", token.RefreshToken))
}

// Software changes the way it proves itself. What counted before counts for nothing afterwards, and what
// it was issued is of no use to who only knows its name.
func TestSoftwareChangesHowItProvesItself(t *testing.T) {
	t.Parallel()
	initial := lab.seen.secret("initial access token", random()+random())
	digest := sha256.Sum256([]byte(initial))
	d := own(t, plan{name: "changing", nodes: 1, env: []string{"SYMBOLON_REGISTRATION=token", "SYMBOLON_REGISTRATION_TOKENS=" + hex.EncodeToString(digest[:])}})
	client, k, who := httpClient(), newKeyholder(t), d.person(t)
	about := map[string]any{"client_name": "Notes", "redirect_uris": []string{webCallback}, "scope": "openid email offline_access"}
	made := ask(t, client, http.MethodPost, d.issuer+"/register", initial, about)
	manage := lab.seen.secret("registration access token", made.text("registration_access_token"))
	about["client_id"] = made.text("client_id")
	become := func(method string) (secret string) {
		about["token_endpoint_auth_method"] = method
		r := ask(t, client, http.MethodPut, made.text("registration_client_uri"), manage, about)
		if r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", method, r.status, r.body)
		}
		return lab.seen.secret("client secret", r.text("client_secret"))
	}
	first := d.appOf(t, registered{ClientID: made.text("client_id"), ClientSecret: lab.seen.secret("client secret", made.text("client_secret"))})
	unproven := *first
	unproven.ClientSecret, unproven.config.ClientSecret = "", ""
	unproven.config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	refresh := func(a *app, token string, more ...string) reply {
		return a.call(t, d.issuer, "/token", append(more, "grant_type", "refresh_token", "refresh_token", token)...)
	}

	token := first.tokens(t, who)
	refused(t, "without its secret", http.StatusUnauthorized, "invalid_client", refresh(&unproven, token.RefreshToken))
	become("none")
	refused(t, "a token of before", http.StatusBadRequest, "invalid_grant", refresh(&unproven, token.RefreshToken))
	refused(t, "a secret it no longer has", http.StatusUnauthorized, "invalid_client", refresh(first, token.RefreshToken))
	token = unproven.tokens(t, who)

	about["jwks"] = keySetOf(k)
	become("private_key_jwt")
	refused(t, "without its key", http.StatusUnauthorized, "invalid_client", refresh(&unproven, token.RefreshToken))
	refused(t, "a secret of long ago", http.StatusUnauthorized, "invalid_client", refresh(first, token.RefreshToken))
	if r := refresh(&unproven, token.RefreshToken, k.assertion(first.ClientID, d.issuer)...); r.status != http.StatusOK {
		t.Errorf("by its key: %d %s", r.status, r.body)
	} else {
		token.RefreshToken = lab.seen.secret("refresh token", r.text("refresh_token"))
		lab.seen.secret("access token", r.text("access_token"))
		lab.seen.secret("ID token", r.text("id_token"))
	}

	last := *first
	last.ClientSecret = become("client_secret_basic")
	refused(t, "the first secret again", http.StatusUnauthorized, "invalid_client", refresh(first, token.RefreshToken))
	refused(t, "its former key", http.StatusUnauthorized, "invalid_client", refresh(&unproven, token.RefreshToken, k.assertion(first.ClientID, d.issuer)...))
	r := refresh(&last, token.RefreshToken)
	if r.status != http.StatusOK {
		t.Errorf("by its new secret: %d %s", r.status, r.body)
	}
	lab.seen.secret("refresh token", r.text("refresh_token"))
	lab.seen.secret("access token", r.text("access_token"))
	lab.seen.secret("ID token", r.text("id_token"))
}
