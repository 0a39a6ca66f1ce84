package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func TestMalformedRequestsAreRefused(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	form := "Content-Type: application/x-www-form-urlencoded\r\n"
	for name, request := range map[string]string{
		"two hosts":           "GET /form HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"no host":             "GET /form HTTP/1.1\r\n\r\n",
		"userinfo in host":    "GET /form HTTP/1.1\r\nHost: evil:443@issuer\r\n\r\n",
		"slash in host":       "GET /form HTTP/1.1\r\nHost: a/b\r\n\r\n",
		"space in host":       "GET /form HTTP/1.1\r\nHost: a b\r\n\r\n",
		"absolute form":       "GET http://evil.example/form HTTP/1.1\r\nHost: x\r\n\r\n",
		"absolute form, ours": "GET http://x/form HTTP/1.1\r\nHost: x\r\n\r\n",
		"authority form":      "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
		"connect a path":      "CONNECT /form HTTP/1.1\r\nHost: x\r\n\r\n",
		"no path":             "GET ?a=b HTTP/1.1\r\nHost: x\r\n\r\n",
		"bad escape":          "GET /form%zz HTTP/1.1\r\nHost: x\r\n\r\n",
		"nul in path":         "GET /link/a%00b HTTP/1.1\r\nHost: x\r\n\r\n",
		"newline in path":     "GET /link/a%0d%0aSet-Cookie:x HTTP/1.1\r\nHost: x\r\n\r\n",
		"no unicode in path":  "GET /link/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
		"raw nul":             "GET /link/\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
		"space before colon":  "GET /form HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\n",
		"folded header":       "GET /form HTTP/1.1\r\n Host: x\r\n\r\n",
		"two lengths":         "POST /form HTTP/1.1\r\nHost: x\r\n" + form + "Content-Length: 3\r\nContent-Length: 4\r\n\r\na=1",
		"signed length":       "POST /form HTTP/1.1\r\nHost: x\r\n" + form + "Content-Length: +3\r\n\r\na=1",
		"negative length":     "POST /form HTTP/1.1\r\nHost: x\r\n" + form + "Content-Length: -1\r\n\r\na=1",
		"bad length and te":   "POST /form HTTP/1.1\r\nHost: x\r\n" + form + "Content-Length: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"bare LF in chunks":   "POST /form HTTP/1.1\r\nHost: x\r\n" + form + "Transfer-Encoding: chunked\r\n\r\n3\na=1\n0\n\n",
		"bad chunk size":      "POST /form HTTP/1.1\r\nHost: x\r\n" + form + "Transfer-Encoding: chunked\r\n\r\nzz\r\na=1\r\n0\r\n\r\n",
	} {
		first, _ := s.raw(t, request)
		first.must(t, name, http.StatusBadRequest).header(t, name, "Location", "")
	}
	for _, coding := range []string{"gzip, chunked", "identity", "chunked\r\nTransfer-Encoding: chunked", "xchunked"} {
		unknown, rest := s.raw(t, "POST /form HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "+coding+"\r\n\r\n0\r\n\r\n")
		unknown.must(t, coding, http.StatusNotImplemented) // RFC 9112 section 6.1
		if rest != "" {
			t.Errorf("%s: then %q", coding, rest)
		}
	}
	long, _ := s.raw(t, "GET /form?"+strings.Repeat("a", web.MaxURL)+" HTTP/1.1\r\nHost: x\r\n\r\n")
	long.must(t, "long URL", http.StatusRequestURITooLong)
	s.send(t, "GET", "/keys", "").must(t, "afterwards", http.StatusOK)
}

func TestOnlyItsOwnHostIsAnsweredWhereThatIsAsked(t *testing.T) {
	own, any := newSite(t, web.MuxOptions{Host: "id.test"}), newSite(t, web.MuxOptions{})
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "app.localhost:1": 200, "127.0.0.1": 200, "127.8.9.1:80": 200, "[::1]:8080": 200, "ID.test:8080": 200,
		"evil.example": 421, "evil.example:8080": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "0.0.0.0": 421,
		"192.168.0.1": 421, "evillocalhost": 421, "id.test.evil.example": 421, "[::]": 421,
	} {
		request := "GET /keys HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
		answer, _ := own.raw(t, request)
		answer.must(t, host, want)
		answer, _ = any.raw(t, request)
		answer.must(t, host+" where all are", http.StatusOK)
	}
}

func TestNothingIsSmuggledBehindAChunkedBody(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	first, rest := s.raw(t, "POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
		"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /keys HTTP/1.1\r\nHost: x\r\n\r\n")
	if !first.Close || rest != "" || first.StatusCode >= http.StatusInternalServerError {
		t.Errorf("%d, closed %v, then %q", first.StatusCode, first.Close, rest)
	}
	if records := s.log.records(t, 1); len(records) != 1 {
		t.Errorf("the smuggled request was served: %v", records)
	}
}

func TestBareNewlinesFrameOneRequestOnly(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	first, rest := s.raw(t, "GET /form HTTP/1.1\nHost: x\n\n")
	if first.StatusCode >= http.StatusInternalServerError || strings.Contains(rest, "HTTP/1.1") {
		t.Errorf("%d, then %q", first.StatusCode, rest)
	}
}
