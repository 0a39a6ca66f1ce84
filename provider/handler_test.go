package provider

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

// What has begun as an answer ends as one, or is cut: no error follows it.
func TestAnErrorAfterTheAnswerHasBegunIsNotAnswered(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	half := func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		return errors.New("the connection is gone")
	}
	mux := web.NewMux(web.MuxOptions{})
	mux.Page("GET /page", s.render.page(half))
	mux.API("GET /api", s.render.api(half))
	s.http.Config.Handler = mux
	for _, path := range []string{"/page", "/api"} {
		response, err := s.http.Client().Get(s.http.URL + path)
		s.must(err)
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if string(body) != "half" || err == nil {
			t.Errorf("%s: %q %v", path, body, err)
		}
	}
}

// Every error that a handler returns is answered, without its cause.
func TestErrorsOfHandlersAreAnswered(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	broken := func(http.ResponseWriter, *http.Request) error { return errors.New("a secret of ours") }
	mux := web.NewMux(web.MuxOptions{})
	mux.Page("GET /page", s.render.page(broken))
	mux.API("GET /api", s.render.api(broken))
	s.http.Config.Handler = mux
	for path, want := range map[string]string{"/page": "Something went wrong", "/api": `"error":"server_error"`} {
		a := s.get(path)
		if a.StatusCode != http.StatusInternalServerError || !strings.Contains(string(a.body), want) || strings.Contains(string(a.body), "secret") {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
}
