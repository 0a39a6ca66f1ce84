package e2e

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// changed is an authorization request with its query changed: "-name" removes a parameter, "name"
// sets one, "+name" adds one more of it.
func (a *app) changed(t testing.TB, pairs ...string) string {
	t.Helper()
	u := must[*url.URL](t)(url.Parse(a.begin().url))
	query := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		switch name := pairs[i]; name[0] {
		case '-':
			query.Del(name[1:])
		case '+':
			query.Add(name[1:], pairs[i+1])
		default:
			query.Set(name, pairs[i+1])
		}
	}
	return "/authorize?" + query.Encode()
}

// staysHere wants an error page of ours that leads nowhere else.
func staysHere(t *testing.T, what string, p page) {
	t.Helper()
	if p.status != http.StatusBadRequest || p.location != "" || p.header.Get("Refresh") != "" {
		t.Errorf("%s: %d, Location %q", what, p.status, p.location)
	}
	policy := p.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "frame-ancestors 'none'") || p.header.Get("X-Frame-Options") != "DENY" || p.header.Get("X-Trace-Id") == "" {
		t.Errorf("%s: headers %v", what, p.header)
	}
	if strings.Contains(p.body, "evil") {
		t.Errorf("%s: the page repeats what it was sent", what)
	}
}

// toldToApp wants an error redirect with state and iss, and nothing in the fragment.
func toldToApp(t *testing.T, d *deployment, what, want string, p page) {
	t.Helper()
	u, err := url.Parse(p.location)
	if err != nil || p.status != http.StatusSeeOther || u.Host != "app.example" || u.Fragment != "" {
		t.Errorf("%s: %d %s", what, p.status, p.location)
		return
	}
	q := u.Query()
	if q.Get("error") != want || q.Get("iss") != d.issuer || q.Has("code") || q.Has("access_token") || strings.ContainsAny(p.location, "\r\n") {
		t.Errorf("%s: %s", what, p.location)
	}
	if stateless := strings.Contains(what, "state"); !stateless && q.Get("state") == "" {
		t.Errorf("%s: the state is lost: %s", what, p.location)
	}
}

func TestUncertainClientOrRedirectURIStaysHere(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, v := d.app(t), d.visitor(t)
		disabled := d.app(t)
		d.command(t, "client", "disable", disabled.ClientID)
		v.home = d.nodes[0].url()
		for what, path := range map[string]string{
			"unknown client":         a.changed(t, "client_id", "c_EVIL"),
			"no client":              a.changed(t, "-client_id", ""),
			"empty client":           a.changed(t, "client_id", ""),
			"long client":            a.changed(t, "client_id", strings.Repeat("x", 1024)),
			"client with NUL":        a.changed(t, "client_id", "c_\x00"),
			"client as SQL":          a.changed(t, "client_id", "' OR 1=1 --"),
			"disabled client":        disabled.changed(t),
			"client twice":           a.changed(t, "+client_id", a.ClientID),
			"redirect_uri twice":     a.changed(t, "+redirect_uri", webCallback),
			"no redirect_uri":        a.changed(t, "-redirect_uri", ""),
			"request of 40 KB":       a.changed(t, "client_id", strings.Repeat("x", 12<<10)),
			"malformed redirect_uri": a.changed(t, "-redirect_uri", "") + "&redirect_uri=%zz",
		} {
			staysHere(t, what, v.get(path))
		}
		one, other := v.get(a.changed(t, "client_id", "c_NOBODY")), v.get(disabled.changed(t))
		if stripTrace(one) != stripTrace(other) {
			t.Error("an unknown client and a disabled one can be told apart")
		}
	})
}

func stripTrace(p page) string { return strings.ReplaceAll(p.body, p.header.Get("X-Trace-Id"), "") }

func TestRedirectURIsMatchByteForByte(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		v := d.visitor(t)
		v.home = d.nodes[0].url()
		onWeb := d.app(t)
		for _, uri := range []string{
			webCallback + "/", webCallback + "?x=1", webCallback + "#frag", "https://app.example/x/../callback", "https://app.example//callback",
			"https://app.example/%63allback", "https://app.example/CALLBACK", "https://app.example:443/callback", "https://app.example./callback",
			"https://APP.example/callback", "HTTPS://app.example/callback", "http://app.example/callback", "https://app.example.evil.test/callback",
			"https://app.example@evil.test/callback", "https://evil.test/callback", webCallback + "\x00", webCallback + " ", "javascript:alert(1)", "/callback", "//evil.test",
			"https://app.example\\@evil.test/callback", webCallback + "\t", "https://app.exampl\u0435/callback",
		} {
			staysHere(t, fmt.Sprintf("%q", uri), v.get(onWeb.changed(t, "redirect_uri", uri)))
		}
		local := d.app(t, "--redirect-uri", "http://127.0.0.1/callback")
		for _, uri := range []string{
			"http://127.0.0.1:0/callback", "http://127.0.0.1:99999/callback", "http://127.0.0.1:-1/callback", "http://127.0.0.1:/callback", "http://127.0.0.1:080/callback",
			"http://user:pw@127.0.0.1:4444/callback", "http://127.0.0.1:4444/other", "http://127.0.0.1:4444/%63allback", "http://127.0.0.1:4444/callback?x=1",
			"http://127.0.0.2:4444/callback", "http://localhost:4444/callback", "http://[::1]:4444/callback", "http://127.1:4444/callback",
			"http://0x7f000001:4444/callback", "http://2130706433:4444/callback", "https://127.0.0.1:4444/callback", "http://127.0.0.1.evil.test/callback",
		} {
			staysHere(t, fmt.Sprintf("%q", uri), v.get(local.changed(t, "redirect_uri", uri)))
		}
		for _, port := range []string{"", ":1", ":4444", ":65535"} {
			if p := v.get(local.changed(t, "redirect_uri", "http://127.0.0.1"+port+"/callback")); p.status != http.StatusSeeOther {
				t.Errorf("port %q: %d", port, p.status)
			}
		}
	})
}

func TestFaultsOfARequestAreToldToTheApp(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, v := d.app(t), d.visitor(t)
		v.home = d.nodes[0].url()
		for _, c := range []struct{ want, name, value string }{
			{"invalid_request", "-response_type", ""}, {"invalid_request", "response_type", ""},
			{"unsupported_response_type", "response_type", "token"}, {"unsupported_response_type", "response_type", "id_token"},
			{"unsupported_response_type", "response_type", "code token"}, {"unsupported_response_type", "response_type", "code id_token"},
			{"unsupported_response_type", "response_type", "none"}, {"unsupported_response_type", "response_type", "code code"},
			{"invalid_request", "response_mode", "fragment"}, {"invalid_request", "response_mode", "query.jwt"}, {"invalid_request", "response_mode", "bogus"},
			{"invalid_request", "-code_challenge", ""}, {"invalid_request", "-code_challenge_method", ""}, {"invalid_request", "code_challenge_method", "plain"},
			{"invalid_request", "code_challenge_method", "S512"}, {"invalid_request", "code_challenge_method", "s256"}, {"invalid_request", "code_challenge_method", " S256"},
			{"invalid_request", "code_challenge", strings.Repeat("a", 42)}, {"invalid_request", "code_challenge", strings.Repeat("+", 43)},
			{"invalid_scope", "scope", "openid admin"}, {"invalid_scope", "scope", `openid "`}, {"invalid_scope", "scope", "openid\\"}, {"invalid_scope", "scope", "openid\tprofile"},
			{"invalid_scope", "scope", "openid  profile"}, {"invalid_scope", "scope", " openid"}, {"invalid_scope", "scope", "openid\r\n"}, {"invalid_scope", "scope", "openid é"},
			{"invalid_scope", "scope", strings.Repeat("openid ", 65) + "openid"}, {"invalid_scope", "scope", strings.Repeat("x", 2049)},
			{"invalid_request", "nonce", strings.Repeat("n", 4097)}, {"invalid_request", "state", strings.Repeat("s", 4097)},
			{"invalid_request", "prompt", "none login"}, {"invalid_request", "prompt", "none consent"}, {"invalid_request", "prompt", "bogus"},
			{"login_required", "prompt", "none"},
			{"invalid_request", "max_age", "abc"}, {"invalid_request", "max_age", "-1"}, {"invalid_request", "max_age", "1e9"},
			{"invalid_request", "claims", "{malformed"}, {"invalid_request", "claims", strings.Repeat(" ", 8193)}, {"invalid_request", "claims", strings.Repeat("[", 4000)},
			{"invalid_request", "id_token_hint", "a.b.c"}, {"invalid_request", "id_token_hint", unsigned(`{"sub":"u_evil"}`)},
			{"request_not_supported", "request", unsigned(`{"scope":"admin"}`)}, {"request_uri_not_supported", "request_uri", "https://evil.test/r"},
			{"invalid_target", "resource", "relative"}, {"invalid_target", "resource", "https://x.example/#f"}, {"invalid_target", "resource", "https://unknown.example"},
			{"invalid_request", "+response_type", "code"}, {"invalid_request", "+scope", "openid"}, {"invalid_request", "+state", "x"}, {"invalid_request", "+nonce", "x"},
			{"invalid_request", "+code_challenge", strings.Repeat("a", 43)}, {"invalid_request", "+code_challenge_method", "S256"},
		} {
			toldToApp(t, d, c.name+"="+short(c.value), c.want, v.get(a.changed(t, c.name, c.value)))
		}
		for _, twice := range []string{"prompt", "max_age", "response_mode"} {
			value := map[string]string{"prompt": "login", "max_age": "1", "response_mode": "query"}[twice]
			toldToApp(t, d, twice+" twice", "invalid_request", v.get(a.changed(t, twice, value, "+"+twice, value)))
		}
		toldToApp(t, d, "malformed scope", "invalid_request", v.get(a.changed(t, "-scope", "")+"&scope=%zz"))
		many := a.changed(t)
		for i := range 17 {
			many += fmt.Sprintf("&resource=https://r%d.example", i)
		}
		toldToApp(t, d, "many resources", "invalid_target", v.get(many))
	})
}

func short(s string) string { return s[:min(len(s), 40)] }

// unsigned is a JWT with "alg": "none".
func unsigned(claims string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + "."
}

func TestHarmlessOdditiesGoOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, v := d.app(t), d.visitor(t)
		v.home = d.nodes[0].url()
		for what, path := range map[string]string{
			"no state": a.changed(t, "-state", ""), "no scope": a.changed(t, "-scope", ""), "nonce of 1 KB": a.changed(t, "nonce", strings.Repeat("n", 1024)),
			"locales": a.changed(t, "ui_locales", "../../etc/passwd"), "unknown acr": a.changed(t, "acr_values", "gold"), "unknown parameter": a.changed(t, "evil", "1"),
			"unknown parameter twice": a.changed(t, "x", "1", "+x", "2"),
		} {
			if p := v.get(path); p.status != http.StatusSeeOther || !strings.HasPrefix(p.location, "/login") {
				t.Errorf("%s: %d %s", what, p.status, p.location)
			}
		}
	})
}

func TestOtherBrowserCannotContinue(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, v, thief := d.app(t), d.visitor(t), d.visitor(t)
		login := v.get(a.begin().url).location
		handle := login[strings.Index(login, "request=")+len("request="):]
		for _, path := range []string{"/authorize/" + handle, "/login?request=" + handle, "/consent?request=" + handle} {
			staysHere(t, path, thief.get(path))
		}
		for path, form := range map[string]url.Values{
			"/consent":        {"request": {handle}, "decision": {"allow"}},
			"/login/mail":     {"request": {handle}, "email": {"eve@example.com"}},
			"/login/continue": {"request": {handle}},
		} {
			staysHere(t, "POST "+path, thief.post(path, form))
		}
	})
}
