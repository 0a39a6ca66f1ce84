package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// callback is the app's own web server: browsers are sent back to it.
type callback struct {
	url     string
	answers chan url.Values
	posted  chan string // methods, beside answers
}

// onLoopback is an app on the person's computer.
func onLoopback(t testing.TB) *callback {
	t.Helper()
	c := newCallback()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL + "/callback"
	return c
}

// onTheWeb is an app at https://app.example.
func onTheWeb(t testing.TB) *callback {
	t.Helper()
	c := newCallback()
	server := httptest.NewTLSServer(c)
	t.Cleanup(server.Close)
	c.url = "https://app.example" + server.URL[strings.LastIndex(server.URL, ":"):] + "/callback"
	return c
}

func newCallback() *callback {
	return &callback{answers: make(chan url.Values, 16), posted: make(chan string, 16)}
}

func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/callback" {
		http.NotFound(w, r)
		return
	}
	if err := r.ParseForm(); err != nil {
		http.Error(w, "not understood", http.StatusBadRequest)
		return
	}
	lab.seen.secret("code", r.Form.Get("code"))
	c.posted <- r.Method
	c.answers <- r.Form
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><h1>Back at the app</h1>`)
}

// await returns the next answer, and by which method it came.
func (c *callback) await(t testing.TB) (answer url.Values, method string) {
	t.Helper()
	select {
	case answer = <-c.answers:
		return answer, <-c.posted
	case <-time.After(15 * time.Second):
		t.Fatal("the browser has not come back to the app")
		return nil, ""
	}
}
