package provider

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// answer is a response, read to its end.
type answer struct {
	*http.Response
	body []byte
}

// json returns one member of a JSON answer, nil when there is none.
func (a *answer) json(t testing.TB, name string) any {
	t.Helper()
	members := map[string]any{}
	if err := json.Unmarshal(a.body, &members); err != nil {
		t.Fatalf("%d %q: %v", a.StatusCode, a.body, err)
	}
	return members[name]
}

// refused checks a token-style error: status, name, no-store, and no other member.
func (a *answer) refused(t testing.TB, status int, name string) {
	t.Helper()
	members := map[string]string{}
	if err := json.Unmarshal(a.body, &members); err != nil {
		t.Fatalf("%d %q: %v", a.StatusCode, a.body, err)
	}
	if a.StatusCode != status || members["error"] != name {
		t.Fatalf("got %d %s, want %d %s", a.StatusCode, a.body, status, name)
	}
	delete(members, "error")
	delete(members, "error_description")
	if len(members) > 0 || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("not an error of RFC 6749: %v %s", a.Header, a.body)
	}
}

// page checks a page of ours that leads nowhere else.
func (a *answer) page(t testing.TB, status int) {
	t.Helper()
	if a.StatusCode != status || a.Header.Get("Location") != "" || a.Header.Get("Refresh") != "" {
		t.Fatalf("got %d %v, want a page with %d", a.StatusCode, a.Header, status)
	}
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("not a page: %v", a.Header)
	}
}

// location returns where an answer leads, by redirect or hand-off page.
func (a *answer) location(t testing.TB) *url.URL {
	t.Helper()
	to := a.Header.Get("Location")
	if to == "" {
		to, _ = strings.CutPrefix(a.Header.Get("Refresh"), "0;url=")
	}
	u, err := url.Parse(to)
	if err != nil || to == "" {
		t.Fatalf("%d leads nowhere: %v %s", a.StatusCode, a.Header, a.body)
	}
	return u
}

func request(t testing.TB, method, target string, form url.Values) *http.Request {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(t.Context(), method, target, body)
	must(t, err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

// send follows no redirect.
func send(t testing.TB, c *http.Client, r *http.Request) *answer {
	t.Helper()
	direct := *c
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := direct.Do(r)
	must(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	return &answer{response, body}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
