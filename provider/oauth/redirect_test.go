package oauth

import (
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

func registered(uris ...string) storage.Client {
	return storage.Client{ID: "c_app", ClientMetadata: storage.ClientMetadata{RedirectURIs: uris}}
}

func TestRedirectURIThatDiffersInAByteIsRefused(t *testing.T) {
	const uri = "https://app.example/cb"
	for _, presented := range []string{
		uri + "/", uri + "?x=1", uri + "?", uri + "#frag", uri + "#", uri + "/../cb", uri + "%2e", uri + " ", uri + "\n", uri + "\x00",
		"https://app.example//cb", "https://app.example/./cb", "https://app.example/CB", "https://app.example/c%62",
		"https://app.example:443/cb", "https://app.example./cb", "https://APP.example/cb", "HTTPS://app.example/cb",
		"http://app.example/cb", "//app.example/cb", "/cb", "cb", "https:/app.example/cb", `https:\\app.example\cb`,
		"https://app.example@evil.test/cb", "https://app.example%40evil.test/cb", "https://app.example.evil.test/cb",
		"https://app.example:x@evil.test/cb", "https://appXexample/cb", "https://evil.test/?https://app.example/cb",
		"https://user@app.example/cb", "javascript:alert(1)", "https://app.example/cb;a=b", "https://app.example:444/cb",
	} {
		if got, err := MatchRedirect(registered(uri), presented, false); err == nil {
			t.Errorf("%q is taken for %q", presented, got)
		}
	}
	if got, err := MatchRedirect(registered("https://other.example/", uri), uri, true); err != nil || got != uri {
		t.Fatalf("the registered one: %q, %v", got, err)
	}
}

func TestClientWithoutRedirectURIsGetsNone(t *testing.T) {
	for _, presented := range []string{"", "https://app.example/cb", "http://127.0.0.1:1/"} {
		if got, err := MatchRedirect(registered(), presented, false); err == nil {
			t.Errorf("%q is taken for %q", presented, got)
		}
	}
}

func TestLoopbackURIMayDifferInThePortOnly(t *testing.T) {
	for _, presented := range []string{
		"http://127.0.0.1:0/cb", "http://127.0.0.1:99999/cb", "http://127.0.0.1:65536/cb", "http://127.0.0.1:-1/cb",
		"http://127.0.0.1:/cb", "http://127.0.0.1:080/cb", "http://127.0.0.1:8a/cb", "http://127.0.0.1:18446744073709551617/cb",
		"http://user@127.0.0.1:4444/cb", "http://user:pw@127.0.0.1:4444/cb", "http://127.0.0.1:80@evil.test/cb",
		"http://127.0.0.1:4444/other", "http://127.0.0.1:4444/cb/", "http://127.0.0.1:4444/cb?x=1", "http://127.0.0.1:4444/%63b",
		"http://127.0.0.1:4444/cb#f", "http://127.0.0.1:4444", "http://127.0.0.1:4444/CB",
		"http://127.0.0.2:4444/cb", "http://localhost:4444/cb", "http://[::1]:4444/cb", "http://127.1:4444/cb",
		"http://0x7f000001:4444/cb", "http://2130706433:4444/cb", "https://127.0.0.1:4444/cb", "HTTP://127.0.0.1:4444/cb",
		"http://127.0.0.1.evil.test/cb", "http://127.0.0.1.evil.test:4444/cb", "http://localhost@evil.test/cb",
	} {
		if got, err := MatchRedirect(registered("http://127.0.0.1/cb"), presented, false); err == nil {
			t.Errorf("%q is taken for %q", presented, got)
		}
	}
	for _, host := range []string{"http://127.0.0.1", "http://[::1]", "http://localhost"} {
		for _, port := range []string{":1", ":4444", ":65535"} {
			for _, registeredPort := range []string{"", ":3000"} {
				presented := host + port + "/cb?a=b"
				got, err := MatchRedirect(registered(host+registeredPort+"/cb?a=b"), presented, true)
				if err != nil || got != presented {
					t.Errorf("%s for %s: %q, %v", presented, host+registeredPort, got, err)
				}
			}
		}
	}
}

func TestOnlyPlainHTTPLoopbackHasFreePorts(t *testing.T) {
	for uri, presented := range map[string]string{
		"https://127.0.0.1/cb":            "https://127.0.0.1:4444/cb",
		"https://localhost/cb":            "http://localhost:4444/cb",
		"http://app.example/cb":           "http://app.example:4444/cb",
		"http://localhost.example/cb":     "http://localhost.example:80/cb",
		"http://127.0.0.1:4444/cb":        "http://127.0.0.1/cb",
		"http://localhostile.example/:80": "http://localhost:80ile.example/:80",
	} {
		if got, err := MatchRedirect(registered(uri), presented, false); err == nil {
			t.Errorf("%q is taken for %q", presented, got)
		}
	}
}

func TestDangerousRedirectURIIsRefusedEvenIfRegistered(t *testing.T) {
	for _, uri := range []string{
		"javascript:alert(1)//", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://a/b",
		"view-source:https://a/", "about:blank", "https://user:pw@app.example/", "https://app.example/#f", "/relative", "//app.example/",
		"https:///path", "https:evil", "http:evil", "https://", "https://app.example/ b", "https://app.example/\r\nX: y", "com.app:/<script>",
		"https://app.example\\@evil.test/", "https://app.example/%zz", ":x", "1a:/x", "https://äpp.example/",
	} {
		if got, err := MatchRedirect(registered(uri), uri, false); err == nil {
			t.Errorf("%q is taken for %q", uri, got)
		}
		if got, err := MatchRedirect(registered(uri), "", false); err == nil {
			t.Errorf("%q is the default: %q", uri, got)
		}
	}
}

func TestAppSchemesAreAccepted(t *testing.T) {
	for _, uri := range []string{
		"com.example.app:/cb", "cursor://anysphere.cursor-retrieval/oauth/user-desktop/callback", "vscode://x/y", "https://app.example",
		"https://app.example/cb?a=b&c=%20", "https://[2001:db8::1]/cb", "http://127.0.0.1:33418",
	} {
		if got, err := MatchRedirect(registered(uri), uri, true); err != nil || got != uri {
			t.Errorf("%s: %q, %v", uri, got, err)
		}
	}
}

func TestMissingRedirectURI(t *testing.T) {
	one, two := registered("https://a.example/"), registered("https://a.example/", "https://b.example/")
	if _, err := MatchRedirect(one, "", true); err == nil {
		t.Error("OpenID Connect requires it")
	}
	if _, err := MatchRedirect(two, "", false); err == nil {
		t.Error("which of two?")
	}
	if got, err := MatchRedirect(one, "", false); err != nil || got != "https://a.example/" {
		t.Errorf("the only one: %q, %v", got, err)
	}
}

func TestResponseKeepsTheRegisteredURI(t *testing.T) {
	fields := [][2]string{{"code", "a b"}, {"state", "x&y=z#\r\n+\"ä"}, {"empty", ""}, {"iss", "https://id.example"}}
	const added = "code=a%20b&state=x%26y%3Dz%23%0D%0A%2B%22%C3%A4&iss=https%3A%2F%2Fid.example"
	for uri, separator := range map[string]string{
		"https://a.example/cb": "?", "https://a.example/cb?k=%2f+v": "&", "https://a.example/cb?": "", "com.app:/cb": "?", "https://a.example": "?",
	} {
		if got := AppendQuery(uri, fields...); got != uri+separator+added {
			t.Errorf("got %s", got)
		}
	}
	if got := AppendQuery("https://a.example/cb", [2]string{"state", ""}); got != "https://a.example/cb" {
		t.Errorf("nothing to add: %s", got)
	}
}

func FuzzStateComesBackAsItWas(f *testing.F) {
	f.Add("a b+c%20&=#\r\n\x00\xff")
	f.Fuzz(func(t *testing.T, state string) {
		if state == "" {
			return
		}
		location := AppendQuery("https://a.example/cb?x=y", [2]string{"state", state})
		if strings.ContainsAny(location, "\r\n \x00\"<>#") {
			t.Fatalf("location %q", location)
		}
		u, err := url.Parse(location)
		if err != nil {
			t.Fatal(err)
		}
		if got := u.Query().Get("state"); got != state {
			t.Fatalf("%q became %q", state, got)
		}
	})
}

func FuzzMatchRedirect(f *testing.F) {
	f.Add("http://127.0.0.1:80@evil/cb")
	f.Add("http://localhost:1/cb")
	c := registered("http://localhost/cb", "https://app.example/cb")
	f.Fuzz(func(t *testing.T, presented string) {
		got, err := MatchRedirect(c, presented, true)
		if err != nil || got == "https://app.example/cb" {
			return
		}
		u, parseErr := url.Parse(got)
		if parseErr != nil || u.Scheme != "http" || u.Hostname() != "localhost" || u.RequestURI() != "/cb" || u.User != nil {
			t.Fatalf("%q is taken for %q", presented, got)
		}
	})
}
