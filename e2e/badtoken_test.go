package e2e

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// refused wants an error of RFC 6749 section 5.2 that repeats nothing of the request.
func refused(t *testing.T, what string, status int, want string, r reply) {
	t.Helper()
	if r.status != status || r.text("error") != want {
		t.Errorf("%s: %d %s, not %d %s", what, r.status, short(r.body), status, want)
	}
	if !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: headers %v", what, r.header)
	}
	for name := range r.fields {
		if name != "error" && name != "error_description" && name != "error_uri" {
			t.Errorf("%s: the error tells %q", what, name)
		}
	}
	if strings.Contains(r.body, "evil") || strings.Contains(r.body, "sql") {
		t.Errorf("%s: %s", what, r.body)
	}
}

func TestMalformedTokenRequestsAreRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a := d.agent(t)
		at := d.nodes[0].url()
		send := func(body, contentType string, change ...func(*http.Request)) reply {
			r := must[*http.Request](t)(http.NewRequest(http.MethodPost, at+"/token", strings.NewReader(body)))
			r.Header.Set("Content-Type", contentType)
			r.SetBasicAuth(a.ClientID, a.ClientSecret)
			for _, f := range change {
				f(r)
			}
			return must[reply](t)(replied(httpClient(), r))
		}
		const form = "application/x-www-form-urlencoded"
		good := "grant_type=client_credentials"
		if r := send(good, form); r.status != 200 {
			t.Fatalf("the request without an attack: %d %s", r.status, r.body)
		}
		for what, c := range map[string]struct {
			status     int
			want, body string
		}{
			"unknown grant":          {400, "unsupported_grant_type", "grant_type=evil"},
			"no grant":               {400, "invalid_request", "scope=read_weather"},
			"grant in capitals":      {400, "unsupported_grant_type", "grant_type=CLIENT_CREDENTIALS"},
			"two grants":             {400, "invalid_request", good + "&grant_type=client_credentials"},
			"not its grant":          {400, "unauthorized_client", "grant_type=refresh_token&refresh_token=x"},
			"scope twice":            {400, "invalid_request", good + "&scope=a&scope=b"},
			"malformed escape":       {400, "invalid_request", good + "&scope=%zz"},
			"lone percent":           {400, "invalid_request", good + "&scope=%"},
			"%u escape":              {400, "invalid_request", good + "&scope=%u0041"},
			"semicolons":             {400, "invalid_request", good + ";scope=read_weather"},
			"9000 parameters":        {400, "invalid_request", good + strings.Repeat("&a=b", 9000)},
			"many scopes":            {400, "invalid_scope", good + "&scope=" + strings.Repeat("x+", 9000) + "x"},
			"long value":             {400, "invalid_scope", good + "&scope=" + strings.Repeat("x", 60000)},
			"too large":              {413, "invalid_request", good + "&x=" + strings.Repeat("x", 64<<10)},
			"NUL":                    {400, "invalid_request", good + "&scope=a%00"},
			"two ways at once":       {400, "invalid_request", good + "&client_secret=evil"},
			"Basic and an assertion": {400, "invalid_request", good + "&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=a.b.c"},
			"Basic and another id":   {400, "invalid_request", good + "&client_id=c_evil"},
		} {
			refused(t, what, c.status, c.want, send(c.body, form))
		}
		for _, contentType := range []string{"application/json", "multipart/form-data; boundary=x", "text/plain", "", form + "; charset=utf-16"} {
			refused(t, "content type "+contentType, 400, "invalid_request", send(good, contentType))
		}
		refused(t, "parameters in the URL", 400, "invalid_request", send(good, form, func(r *http.Request) { r.URL.RawQuery = "scope=read_weather" }))
		refused(t, "only in the URL", 400, "invalid_request", send("", form, func(r *http.Request) { r.URL.RawQuery = good }))
		refused(t, "compressed", 415, "invalid_request", send(good, form, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }))
	})
}

func TestWrongCredentialsAreAllTheSame(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, gone, off := d.agent(t), d.agent(t), d.agent(t)
		d.command(t, "agent", "delete", gone.ClientID)
		d.command(t, "agent", "disable", off.ClientID)
		var first string
		for what, header := range map[string]string{
			"wrong secret": basic(a.ClientID, "symbolon_cs_evil"), "unknown client": basic("a_EVIL", a.ClientSecret), "deleted": basic(gone.ClientID, gone.ClientSecret),
			"disabled": basic(off.ClientID, off.ClientSecret), "trailing space": basic(a.ClientID, a.ClientSecret+" "), "trailing NUL": basic(a.ClientID, a.ClientSecret+"%00"),
			"trailing newline": basic(a.ClientID, a.ClientSecret+"\n"), "lower case": basic(a.ClientID, strings.ToLower(a.ClientSecret)), "cut": basic(a.ClientID, a.ClientSecret[:20]),
			"no secret": basic(a.ClientID, ""), "not base64": "Basic ****", "no colon": "Basic " + base64.StdEncoding.EncodeToString([]byte(a.ClientID)),
			"malformed escape": basic(a.ClientID, "%zz"), "no scheme": "evil", "bearer": "Bearer " + a.ClientSecret, "empty": "", "embedded newline": "Basic " + base64.StdEncoding.EncodeToString([]byte(a.ClientID + ":" + a.ClientSecret))[:20] + "\t",
		} {
			r := must[*http.Request](t)(http.NewRequest(http.MethodPost, d.nodes[0].url()+"/token", strings.NewReader("grant_type=client_credentials")))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if header != "" {
				r.Header.Set("Authorization", header)
			}
			answer := must[reply](t)(replied(httpClient(), r))
			refused(t, what, 401, "invalid_client", answer)
			if header != "" && !strings.HasPrefix(answer.header.Get("WWW-Authenticate"), "Basic ") {
				t.Errorf("%s: no WWW-Authenticate", what)
			}
			if first == "" {
				first = answer.body
			}
			if answer.body != first {
				t.Errorf("%s can be told apart: %s", what, answer.body)
			}
		}
		if a.token(t, d.issuer).status != 200 {
			t.Error("wrong secrets locked the client out")
		}
	})
}

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

func TestCodesAreBoundToWhatTheyWereMadeFor(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, other, who, v := d.app(t, "--first-party"), d.app(t), d.person(t), d.visitor(t)
		code, verifier := a.code(t, v, who)
		redeem := func(by *app, changes ...string) reply {
			form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {webCallback}, "code_verifier": {verifier}}
			for i := 0; i+1 < len(changes); i += 2 {
				form.Set(changes[i], changes[i+1])
			}
			pairs := []string{}
			for name := range form {
				if form.Get(name) != "" {
					pairs = append(pairs, name, form.Get(name))
				}
			}
			return by.call(t, d.issuer, "/token", pairs...)
		}
		refused(t, "another client", 400, "invalid_grant", redeem(other))
		for what, changes := range map[string][]string{
			"another redirect URI": {"redirect_uri", "https://app.example/other"}, "no verifier": {"code_verifier", ""}, "wrong verifier": {"code_verifier", strings.Repeat("a", 43)},
			"short verifier": {"code_verifier", verifier[:42]}, "long verifier": {"code_verifier", strings.Repeat("a", 129)}, "code cut": {"code", code[:len(code)-1]},
			"code and space": {"code", code + " "}, "code and newline": {"code", code + "\n"}, "code escaped twice": {"code", "%25" + code}, "code in another case": {"code", strings.ToLower(code)},
			"verifier with other characters": {"code_verifier", strings.Repeat("é", 30)},
		} {
			refused(t, what, 400, "invalid_grant", redeem(a, changes...))
		}
		refused(t, "code and NUL", 400, "invalid_request", redeem(a, "code", code+"\x00"))
		refused(t, "another resource", 400, "invalid_target", redeem(a, "resource", "https://unknown.example"))
		last := code[len(code)-1:]
		for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-_" {
			if string(c) != last {
				refused(t, "last character changed", 400, "invalid_grant", redeem(a, "code", code[:len(code)-1]+string(c)))
			}
		}
		good := redeem(a)
		if good.status != 200 {
			t.Fatalf("the right redemption after all that: %d %s", good.status, good.body)
		}
		refused(t, "access token as code", 400, "invalid_grant", redeem(a, "code", good.text("access_token")))
		refused(t, "refresh token as code", 400, "invalid_grant", redeem(a, "code", good.text("refresh_token")))
		refused(t, "refresh by another client", 400, "invalid_grant", other.refresh(t, d.issuer, good.text("refresh_token")))
		refused(t, "access token as refresh token", 400, "invalid_grant", a.refresh(t, d.issuer, good.text("access_token")))
		refused(t, "wider scope", 400, "invalid_scope", a.call(t, d.issuer, "/token", "grant_type", "refresh_token", "refresh_token", good.text("refresh_token"), "scope", "openid admin"))
		if r := a.refresh(t, d.issuer, good.text("refresh_token")); r.status != 200 {
			t.Errorf("the right refresh after all that: %d %s", r.status, r.body)
		}
	})
}

func TestForeignTokensTellNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, other, who := d.app(t), d.app(t), d.person(t)
		token := a.tokens(t, who)
		id, _ := token.Extra("id_token").(string)
		dot := strings.LastIndex(token.AccessToken, ".")
		for what, junk := range map[string]string{
			"unknown": "evil", "ID token": id, "unsigned": unsigned(`{"sub":"u_evil","iss":"` + d.issuer + `"}`), "signature removed": token.AccessToken[:dot+1],
			"padded": token.AccessToken + "=", "whitespace": " " + token.AccessToken, "newline": token.AccessToken + "\n", "dots": strings.Repeat(".", 10000), "five parts": "a.b.c.d.e", "last character": flipped(token.AccessToken),
			"key by path": jwt(`{"alg":"RS256","typ":"at+jwt","kid":"../../etc/passwd"}`), "key of the attacker": jwt(`{"alg":"RS256","typ":"at+jwt","jwk":{"kty":"RSA","n":"AQ","e":"AQAB"}}`),
			"HS256": jwt(`{"alg":"HS256","typ":"at+jwt"}`), "alg as array": jwt(`{"alg":["none"]}`), "crit": jwt(`{"alg":"RS256","crit":["x"],"x":1}`), "compressed": jwt(`{"alg":"RS256","zip":"DEF"}`),
			"refresh, cut": token.RefreshToken[:len(token.RefreshToken)-1], "refresh, another generation": strings.Replace(token.RefreshToken, ".1.", ".2.", 1),
		} {
			if r := a.introspect(t, d.nodes[0].url(), junk); r.status != 200 || strings.TrimSpace(r.body) != `{"active":false}` {
				t.Errorf("%s: %d %s", what, r.status, short(r.body))
			}
			if r := a.userinfo(t, d.nodes[0].url(), strings.TrimSpace(junk)); what != "whitespace" && what != "newline" && r.status != 401 {
				t.Errorf("%s at userinfo: %d", what, r.status)
			}
			if r := a.call(t, d.nodes[0].url(), "/revoke", "token", junk); r.status != 200 {
				t.Errorf("%s at revocation: %d", what, r.status)
			}
		}
		for _, foreign := range []string{token.AccessToken, token.RefreshToken} {
			if r := other.introspect(t, d.issuer, foreign); strings.TrimSpace(r.body) != `{"active":false}` {
				t.Errorf("another client learns %s", r.body)
			}
			refused(t, "revoking another's token", 400, "invalid_grant", other.call(t, d.issuer, "/revoke", "token", foreign))
		}
		if !a.introspect(t, d.issuer, token.AccessToken).active() || !a.introspect(t, d.issuer, token.RefreshToken).active() {
			t.Error("the tokens did not survive that")
		}
		for _, endpoint := range []string{"/introspect", "/revoke"} {
			refused(t, endpoint+" without a token", 400, "invalid_request", a.call(t, d.issuer, endpoint))
			refused(t, endpoint+" without authentication", 401, "invalid_client", must[reply](t)(call(httpClient(), d.issuer+endpoint, registered{}, "token", token.AccessToken)))
			refused(t, endpoint+" with 1 MB", 413, "invalid_request", a.call(t, d.nodes[0].url(), endpoint, "token", strings.Repeat("x", 1<<20)))
		}
		if r := a.call(t, d.issuer, "/introspect", "token", token.RefreshToken, "token_type_hint", "access_token"); !r.active() {
			t.Error("a wrong hint misleads")
		}
	})
}

func jwt(header string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"u_evil"}`)) + ".AAAA"
}

// flipped changes the unused bits of the last character, which lax decoders ignore.
func flipped(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + string(alphabet[last^1])
}
