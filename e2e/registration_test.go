package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
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
	token := a.tokens(t, d.person(t))
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
