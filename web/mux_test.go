package web_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/web"
)

// site is a Mux with one route of each kind on a real listener, and what it logged.
type site struct {
	*httptest.Server
	log     *logged
	metrics *web.Metrics
}

func newSite(t *testing.T, o web.MuxOptions, more ...func(*web.Mux)) *site {
	t.Helper()
	s := &site{log: &logged{}, metrics: web.NewMetrics()}
	o.Log = slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.Metrics = s.metrics
	mux := web.NewMux(o)
	mux.Page("GET /form", says("form"))
	mux.Page("POST /form", echoForm)
	mux.Page("GET /link/{token}", says("link"))
	mux.Page("GET /broken", func(http.ResponseWriter, *http.Request) error { return errors.New("the database password is hunter2") })
	mux.PageFromAnywhere("POST /arrive", func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprintf(w, "cookies: %d", len(r.Cookies()))
		return err
	})
	mux.API("POST /token", echoForm)
	mux.API("GET /keys", func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "max-age=300")
		return web.WriteJSON(w, http.StatusOK, map[string]int{"cookies": len(r.Cookies())})
	})
	mux.API("GET /panic", func(http.ResponseWriter, *http.Request) error { panic("boom") })
	mux.Static("/static/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=31536000, immutable")
		io.WriteString(w, "body{}")
	}))
	for _, register := range more {
		register(mux)
	}
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func says(text string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

// echoForm fails as a strict parser would: with an error that hides its cause.
func echoForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &web.Error{Status: http.StatusBadRequest, Message: "unreadable form"}
	}
	_, err := fmt.Fprintf(w, "%d bytes", len(r.PostForm.Get("a")))
	return err
}

// logged is what the server wrote, complete only once it has finished a request.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// records waits until there are n: a record is written after its answer.
func (l *logged) records(t *testing.T, n int) []string {
	t.Helper()
	for range 1000 {
		if lines := strings.Split(strings.TrimSpace(l.String()), "\n"); len(lines) >= n && lines[0] != "" {
			return lines
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("fewer than %d records:\n%s", n, l)
	return nil
}

type answer struct {
	*http.Response
	body string
}

// send makes a request; headers are "Name: value". It follows no redirect.
func (s *site) send(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	return s.sendBody(t, method, path, strings.NewReader(body), headers...)
}

func (s *site) sendBody(t *testing.T, method, path string, body io.Reader, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequest(method, s.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return readAnswer(t, resp)
}

func readAnswer(t *testing.T, resp *http.Response) answer {
	t.Helper()
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp, string(content)}
}

// raw writes bytes no client library would and returns the first answer and everything after it.
func (s *site) raw(t *testing.T, request string) (answer, string) {
	t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	resp, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	first := readAnswer(t, resp)
	conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	rest, _ := io.ReadAll(reader)
	return first, string(rest)
}

func (a answer) must(t *testing.T, what string, status int) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s: got %d, want %d (%s)", what, a.StatusCode, status, a.body)
	}
	return a
}

func (a answer) header(t *testing.T, what, name, want string) {
	t.Helper()
	if got := strings.Join(a.Header.Values(name), " | "); got != want {
		t.Errorf("%s: %s is %q, want %q", what, name, got, want)
	}
}
