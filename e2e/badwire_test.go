package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMethodsNobodyOffersAreRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		allowed := map[string][]string{
			"/authorize": {"GET", "HEAD", "POST"}, "/token": {"POST", "OPTIONS"}, "/introspect": {"POST", "OPTIONS"}, "/revoke": {"POST", "OPTIONS"},
			"/userinfo": {"GET", "HEAD", "POST", "OPTIONS"}, "/jwks": {"GET", "HEAD", "OPTIONS"}, "/.well-known/openid-configuration": {"GET", "HEAD", "OPTIONS"},
			"/login": {"GET", "HEAD"}, "/login/mail": {"POST"}, "/consent": {"GET", "HEAD", "POST"}, "/logout": {"GET", "HEAD", "POST"}, "/account": {"GET", "HEAD"},
			"/livez": {"GET", "HEAD"}, "/readyz": {"GET", "HEAD"},
		}
		v := d.visitor(t)
		v.home = d.nodes[0].url()
		for path, methods := range allowed {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "EVIL"} {
				// A single segment below /login/ is a link of a mail, whatever it is.
				if slices.Contains(methods, method) || path == "/login/mail" && (method == "GET" || method == "HEAD") {
					continue
				}
				p := v.send(must[*http.Request](t)(http.NewRequest(method, v.at(path), nil)))
				if p.status != http.StatusMethodNotAllowed || p.header.Get("Allow") == "" {
					t.Errorf("%s %s: %d, Allow %q", method, path, p.status, p.header.Get("Allow"))
				}
			}
		}
	})
}

func TestOnlyProgramsMayCallAcrossOrigins(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		v := d.visitor(t)
		ask := func(path string) page {
			r := must[*http.Request](t)(http.NewRequest(http.MethodOptions, v.at(path), nil))
			r.Header.Set("Origin", "https://evil.test")
			r.Header.Set("Access-Control-Request-Method", "POST")
			r.Header.Set("Access-Control-Request-Headers", "authorization,content-type,mcp-protocol-version")
			return v.send(r)
		}
		for _, path := range []string{"/token", "/introspect", "/revoke", "/userinfo", "/jwks", "/.well-known/oauth-authorization-server"} {
			p := ask(path)
			headers := strings.ToLower(p.header.Get("Access-Control-Allow-Headers"))
			if p.status >= 300 || p.header.Get("Access-Control-Allow-Origin") != "*" || p.header.Get("Access-Control-Allow-Credentials") != "" || !strings.Contains(headers, "mcp-protocol-version") {
				t.Errorf("%s: %d %v", path, p.status, p.header)
			}
		}
		for _, path := range []string{"/authorize", "/login", "/consent", "/account", "/logout"} {
			if p := ask(path); p.status < 400 || p.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: %d %v", path, p.status, p.header)
			}
		}
	})
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		v, who := d.visitor(t), d.person(t)
		for _, header := range []http.Header{{"Origin": {"https://evil.test"}}, {"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}} {
			for path, body := range map[string]string{"/login/mail": "email=" + who.email, "/consent": "decision=allow", "/login/mail/code": "code=123456"} {
				r := must[*http.Request](t)(http.NewRequest(http.MethodPost, v.at(path), strings.NewReader(body)))
				r.Header = header.Clone()
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				if p := v.send(r); p.status != http.StatusForbidden {
					t.Errorf("%v %s: %d", header, path, p.status)
				}
			}
		}
		if letters := d.post.to(who.email); len(letters) > 0 {
			t.Error("another site had a mail sent")
		}
	})
}

func TestHostHeadersChangeNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		v := d.visitor(t)
		v.home = d.nodes[0].url()
		for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks"} {
			honest := v.get(path)
			r := must[*http.Request](t)(http.NewRequest(http.MethodGet, v.at(path), nil))
			r.Host = "evil.test"
			r.Header.Set("X-Forwarded-Host", "evil.test")
			r.Header.Set("X-Forwarded-Proto", "https")
			r.Header.Set("Forwarded", "host=evil.test")
			if p := v.send(r); p.body != honest.body || p.status != 200 {
				t.Errorf("%s: %d %s", path, p.status, short(p.body))
			}
		}
		who := d.person(t)
		r := must[*http.Request](t)(http.NewRequest(http.MethodPost, v.at("/login/mail"), strings.NewReader("email="+who.email)))
		r.Host = "evil.test"
		r.Header.Set("X-Forwarded-Host", "evil.test")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		v.send(r)
		if l := d.post.await(t, who.email, 1); !strings.HasPrefix(l.link, d.issuer+"/") || strings.Contains(l.text+l.html, "evil") {
			t.Errorf("the mail leads to %s", l.link)
		}
	})
}

func TestPathTricksFindNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		for target, want := range map[string]int{
			"//evil.test/": 404, "/.well-known/oauth-authorization-server/..%2f": 404, "/.well-known//openid-configuration": 404, "/.well-known/openid-configuration/": 404,
			"/.well-known/nope": 404, "/account/x.css": 404, "/static/../account": 404, "/static/%2e%2e/account": 404, "/account/..": 404, "/./account": 404, "/account%2f": 404,
			"/\\evil.test": 404, "/login/": 404, "/%00": 400, "http://evil.test/token": 400, "/" + strings.Repeat("a", 17<<10): 414, "/%zz": 400,
		} {
			status, header := raw(t, d, "GET "+target+" HTTP/1.1\r\nHost: "+d.nodes[0].address()+"\r\nConnection: close\r\n\r\n")
			if status != want || header.Get("Location") != "" {
				t.Errorf("%s: %d, Location %q", short(target), status, header.Get("Location"))
			}
		}
	})
}

func TestMalformedMessagesAreRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		host := "Host: " + d.nodes[0].address() + "\r\nConnection: close\r\n"
		for what, message := range map[string]string{
			"two hosts":           "GET /livez HTTP/1.1\r\nHost: evil.test\r\n" + host + "\r\n",
			"no host":             "GET /livez HTTP/1.1\r\n\r\n",
			"host with userinfo":  "GET /login HTTP/1.1\r\nHost: evil:443@issuer\r\nConnection: close\r\n\r\n",
			"two lengths":         "POST /token HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
			"negative length":     "POST /token HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
			"huge length":         "POST /token HTTP/1.1\r\n" + host + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999\r\n\r\n",
			"chunks without end":  "POST /token HTTP/1.1\r\n" + host + "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n" + strings.Repeat("a", 0x20000) + "\r\n0\r\n\r\n",
			"header of 2 MB":      "GET /livez HTTP/1.1\r\n" + host + "X-Evil: " + strings.Repeat("a", 2<<20) + "\r\n\r\n",
			"not HTTP":            "\x16\x03\x01\x00\xa5\x01\x00\x00\r\n\r\n",
			"newline in a header": "GET /livez HTTP/1.1\r\n" + host + "X: a\nb\r\n\r\n",
		} {
			if status, _ := raw(t, d, message); status < 400 || status >= 500 {
				t.Errorf("%s: %d", what, status)
			}
		}
		if err := d.nodes[0].ready(); err != nil {
			t.Error(err)
		}
	})
}

// raw sends bytes to a node and returns the status of its answer.
func raw(t *testing.T, d *deployment, message string) (int, http.Header) {
	t.Helper()
	conn := must[net.Conn](t)(net.Dial("tcp", d.nodes[0].address()))
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, message) // a refusal may come before all is sent
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Errorf("%q: no answer: %v", short(message), err)
		return 0, nil
	}
	defer response.Body.Close()
	return response.StatusCode, response.Header
}

func TestSessionCookieIsGuarded(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		v, who := d.visitor(t), d.person(t)
		codePage, l := v.askForMail(d, v.get("/login"), who)
		p := v.submit(codePage, "/login/mail/code", "code", l.code)
		cookie := p.header.Get("Set-Cookie")
		if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") || !strings.Contains(cookie, "Path=/") || strings.Contains(cookie, "Domain") {
			t.Errorf("cookie: %s", strings.NewReplacer(cookieValue(cookie), "…").Replace(cookie))
		}
		value := lab.seen.secret("session", cookieValue(cookie))
		for what, header := range map[string]string{
			"flipped": "symbolon_session=" + flipped(value), "cut": "symbolon_session=" + value[:20], "twice": fmt.Sprintf("symbolon_session=%s; symbolon_session=%s", value, value),
			"large": "symbolon_session=" + strings.Repeat("A", 8000), "empty": "symbolon_session=",
		} {
			r := must[*http.Request](t)(http.NewRequest(http.MethodGet, d.issuer+"/account", nil))
			r.Header.Set("Cookie", header)
			if answer := must[page](t)(sent(&http.Client{CheckRedirect: v.http.CheckRedirect}, r)); answer.status != 303 || !strings.HasPrefix(answer.location, "/login") {
				t.Errorf("%s: %d %s", what, answer.status, answer.location)
			}
		}
		if p := v.get("/account"); p.status != 200 {
			t.Errorf("the right cookie after all that: %d", p.status)
		}
	})
}

func cookieValue(cookie string) string {
	_, rest, _ := strings.Cut(cookie, "=")
	value, _, _ := strings.Cut(rest, ";")
	return value
}
