package provider

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// Every endpoint that clients call directly is behind the same front.
var clientEndpoints = []string{"/token", "/introspect", "/revoke"}

func TestOnlyPOSTIsTaken(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	for _, path := range clientEndpoints {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodPatch} {
			a := s.do(request(t, method, s.endpoint(path), nil))
			if a.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(a.Header.Get("Allow"), http.MethodPost) {
				t.Errorf("%s %s: %d, Allow: %s", method, path, a.StatusCode, a.Header.Get("Allow"))
			}
		}
	}
}

func TestMalformedRequestsNeverReachTheDatabase(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c := s.agent()
	for name, change := range map[string]func(*http.Request){
		"secret in the URL": func(r *http.Request) { r.URL.RawQuery = "client_id=" + c.id + "&client_secret=" + c.secret },
		"token in the URL":  func(r *http.Request) { r.URL.RawQuery = "token=x" },
		"JSON":              func(r *http.Request) { r.Header.Set("Content-Type", "application/json") },
		"multipart":         func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=x") },
		"no content type":   func(r *http.Request) { r.Header.Del("Content-Type") },
		"another charset": func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded"+";charset=utf-16")
		},
		"malformed escape":    func(r *http.Request) { setBody(r, "grant_type=client_credentials&scope=%zz") },
		"repeated grant_type": func(r *http.Request) { setBody(r, "grant_type=client_credentials&grant_type=client_credentials") },
		"9,000 parameters":    func(r *http.Request) { setBody(r, strings.Repeat("a=b&", 9000)) },
	} {
		for _, path := range clientEndpoints {
			before := s.db.Stats().Statements
			r := request(t, http.MethodPost, s.endpoint(path), asItself())
			r.SetBasicAuth(c.id, c.secret)
			change(r)
			a := s.do(r)
			a.refused(t, http.StatusBadRequest, "invalid_request")
			if s.db.Stats().Statements != before {
				t.Errorf("%s, %s: the database was asked", path, name)
			}
		}
	}
}

func TestLongListsNeverReachTheDatabase(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	before := s.db.Stats().Statements
	form := asItself()
	form.Set("scope", strings.TrimSpace(strings.Repeat("s ", 20_000)))
	s.post("/token", form, login{id: "c", secret: "wrong"}).refused(t, http.StatusBadRequest, "invalid_scope")
	form.Set("scope", "a")
	form["resource"] = make([]string, 17)
	for i := range form["resource"] {
		form["resource"][i] = "https://mcp.example"
	}
	s.post("/token", form, login{id: "c", secret: "wrong"}).refused(t, http.StatusBadRequest, "invalid_target")
	if s.db.Stats().Statements != before {
		t.Error("the database was asked")
	}
}

func TestLargeBodyIsRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	for _, path := range clientEndpoints {
		r := request(t, http.MethodPost, s.endpoint(path), nil)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		setBody(r, "token="+strings.Repeat("a", 64<<10))
		if a := s.do(r); a.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
}

func asItself() url.Values { return url.Values{"grant_type": {"client_credentials"}} }

func setBody(r *http.Request, body string) {
	r.ContentLength = int64(len(body))
	r.Body = http.NoBody
	if body != "" {
		r.Body = readCloser{strings.NewReader(body)}
	}
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
