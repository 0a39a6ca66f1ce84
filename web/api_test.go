package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func TestEveryOriginMayCallAnAPIWithoutCredentials(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	big := strings.Repeat("a", web.MaxBody+1)
	for _, c := range []struct {
		name, method, path, body string
		status                   int
	}{
		{"success", "GET", "/keys", "", 200},
		{"head", "HEAD", "/keys", "", 200},
		{"refused", "POST", "/token", "%zz", 400},
		{"method", "GET", "/token", "", 405},
		{"too large", "POST", "/token", big, 413},
		{"panic", "GET", "/panic", "", 500},
		{"unknown", "GET", "/.well-known/nope", "", 404},
		{"preflight", "OPTIONS", "/token", "", 204},
		{"preflight of the unknown", "OPTIONS", "/.well-known/nope/mcp", "", 204},
	} {
		got := s.send(t, c.method, c.path, c.body, "Origin: https://evil.example").must(t, c.name, c.status)
		got.header(t, c.name, "Access-Control-Allow-Origin", "*")
		got.header(t, c.name, "Access-Control-Allow-Credentials", "")
		got.header(t, c.name, "Access-Control-Expose-Headers", "WWW-Authenticate, DPoP-Nonce")
		got.header(t, c.name, "X-Content-Type-Options", "nosniff")
		if c.status < 400 {
			continue
		}
		got.header(t, c.name, "Cache-Control", "no-store")
		got.header(t, c.name, "Content-Type", "application/json")
		var oauth map[string]string
		if err := json.Unmarshal([]byte(got.body), &oauth); err != nil || oauth["error"] == "" {
			t.Errorf("%s: %v: %s", c.name, err, got.body)
		}
	}
}

func TestPagesHaveNoCORS(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	for _, method := range []string{"GET", "POST", "OPTIONS"} {
		got := s.send(t, method, "/form", "", "Origin: https://evil.example", "Access-Control-Request-Method: POST")
		for name := range got.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s: %s", method, name)
			}
		}
	}
}

func TestPreflightTellsWhatIsAllowed(t *testing.T) {
	s := newSite(t, web.MuxOptions{}, func(m *web.Mux) {
		m.API("GET /userinfo", says("{}"))
		m.API("POST /userinfo", says("{}"))
	})
	got := s.send(t, "OPTIONS", "/userinfo", "", "Origin: https://a.example", "Access-Control-Request-Method: POST")
	got.must(t, "preflight", http.StatusNoContent)
	got.header(t, "preflight", "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS, POST")
	got.header(t, "preflight", "Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP, MCP-Protocol-Version")
	got.header(t, "preflight", "Access-Control-Max-Age", "86400")
	s.send(t, "OPTIONS", "/.well-known/nope", "").header(t, "unknown", "Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP, MCP-Protocol-Version")
	s.send(t, "PUT", "/userinfo", "").must(t, "put", 405).header(t, "put", "Allow", "GET, HEAD, OPTIONS, POST")
}

func TestAPIIsNotCachedUnlessItSaysSo(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	s.send(t, "POST", "/token", "a=1").header(t, "token", "Cache-Control", "no-store")
	s.send(t, "GET", "/keys", "").header(t, "keys", "Cache-Control", "max-age=300")
}

func TestAPINeverSeesACookie(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	if got := s.send(t, "GET", "/keys", "", "Cookie: session=1"); got.body != `{"cookies":0}` {
		t.Error(got.body)
	}
}

func TestRefusalTakesBackWhatTheHandlerPromised(t *testing.T) {
	s := newSite(t, web.MuxOptions{}, func(m *web.Mux) {
		m.API("GET /half", func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Cache-Control", "max-age=300")
			w.Header().Set("Location", "https://elsewhere.example")
			w.Header().Set("Content-Length", "7")
			w.Header().Set("WWW-Authenticate", "Bearer")
			return &web.Error{Status: http.StatusUnauthorized, Code: "invalid_token"}
		})
	})
	got := s.send(t, "GET", "/half", "").must(t, "half", http.StatusUnauthorized)
	got.header(t, "half", "Cache-Control", "no-store")
	got.header(t, "half", "Location", "")
	got.header(t, "half", "WWW-Authenticate", "Bearer")
	if !strings.Contains(got.body, `"error":"invalid_token"`) {
		t.Error(got.body)
	}
}

func TestPanicInAHandlerIsAnAnswerAndTheServerLives(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	got := s.send(t, "GET", "/panic", "").must(t, "panic", http.StatusInternalServerError)
	if strings.Contains(got.body, "boom") {
		t.Error(got.body)
	}
	record := s.log.records(t, 1)[0]
	for _, want := range []string{`"level":"ERROR"`, "panic: boom", "mux_test.go", `"route":"GET /panic"`, got.Header.Get("X-Trace-Id")} {
		if !strings.Contains(record, want) {
			t.Errorf("no %s in %s", want, record)
		}
	}
	s.send(t, "GET", "/keys", "").must(t, "after", http.StatusOK)
}

func TestHandlerThatGivesUpCutsTheConnection(t *testing.T) {
	s := newSite(t, web.MuxOptions{}, func(m *web.Mux) {
		m.API("GET /abort", func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) })
		m.API("GET /late", func(w http.ResponseWriter, r *http.Request) error {
			w.Write([]byte(`{"half":`))
			http.NewResponseController(w).Flush()
			panic("too late")
		})
	})
	for _, path := range []string{"/abort", "/late"} {
		resp, err := http.Get(s.URL + path)
		if err == nil {
			_, err = resp.Body.Read(make([]byte, 100))
			for err == nil {
				_, err = resp.Body.Read(make([]byte, 100))
			}
		}
		if err == nil || err.Error() == "EOF" {
			t.Errorf("%s looks whole", path)
		}
	}
	s.log.records(t, 2)
}
