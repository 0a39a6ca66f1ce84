package provider

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func (s *server) logoutToken(c login, n storage.LogoutNotice) string {
	s.t.Helper()
	n.ClientID = c.id
	token, err := s.LogoutToken(s.ctx(), s.client(c.id), n)
	s.must(err)
	return token
}

// part returns one decoded part of a token.
func part(t testing.TB, token string, i int) map[string]any {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
	must(t, err)
	var members map[string]any
	must(t, json.Unmarshal(text, &members))
	return members
}

func TestLogoutTokenIsNoOtherToken(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(func(c *storage.Client) { c.SigningAlg = "ES256" }), s.person("ada")
	tokens := ada.tokens(app)
	sid, _ := part(t, tokens.IDToken, 1)["sid"].(string)
	token := s.logoutToken(app, storage.LogoutNotice{SessionID: sid, UserID: ada.user.ID})

	ada.open(logout("id_token_hint", token)).page(t, http.StatusOK)
	ada.open(logout("id_token_hint", token, "post_logout_redirect_uri", bye)).page(t, http.StatusBadRequest)
	if !ada.signedIn(app) {
		t.Error("a logout token as a hint signed out")
	}
	if to := ada.open(s.authorizeURL(app, [2]string{"id_token_hint", token})).location(t); to.Query().Get("error") != "invalid_request" {
		t.Errorf("as a hint at /authorize: %s", to)
	}
	s.inspected(app, token).inactive(t)
	r := request(t, http.MethodGet, s.endpoint("/userinfo"), nil)
	r.Header.Set("Authorization", "Bearer "+token)
	s.do(r).refused(t, http.StatusUnauthorized, "invalid_token")
	s.post("/token", asserting(token)).refused(t, http.StatusUnauthorized, "invalid_client")
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
	s.post("/token", form, app).refused(t, http.StatusBadRequest, "invalid_grant")
}

func TestLogoutTokenSaysWhoWhatAndWhen(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	n := storage.LogoutNotice{SessionID: "s_1", UserID: "u_1"}
	jtis := map[any]bool{}
	for _, alg := range keys.ClientAlgorithms() {
		app := s.app(func(c *storage.Client) { c.SigningAlg = alg })
		from := s.now().Unix()
		token := s.logoutToken(app, n)
		header, claims := part(t, token, 0), part(t, token, 1)
		if header["typ"] != "logout+jwt" || header["alg"] != alg {
			t.Errorf("%s: %v", alg, header)
		}
		if got := slices.Sorted(maps.Keys(claims)); !slices.Equal(got, []string{"aud", "events", "exp", "iat", "iss", "jti", "sid", "sub"}) {
			t.Errorf("%s: %v", alg, got)
		}
		if claims["iss"] != s.Issuer || claims["aud"] != app.id || claims["sub"] != "u_1" || claims["sid"] != "s_1" || jtis[claims["jti"]] {
			t.Errorf("%s: %v", alg, claims)
		}
		jtis[claims["jti"]] = true
		iat, exp := int64(claims["iat"].(float64)), int64(claims["exp"].(float64))
		if exp-iat != 120 || iat < from || iat > s.now().Unix() {
			t.Errorf("%s: from %d to %d", alg, iat, exp)
		}
		events, _ := json.Marshal(claims["events"])
		if string(events) != `{"http://schemas.openid.net/event/backchannel-logout":{}}` {
			t.Errorf("%s: %s", alg, events)
		}
		if _, _, err := s.Keys.Verify(token, "logout+jwt"); err != nil {
			t.Error(err)
		}
	}
}
