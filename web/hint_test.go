package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func TestHintIsForDevelopmentOnly(t *testing.T) {
	for _, hints := range []bool{false, true} {
		mux := web.NewMux(web.MuxOptions{Hints: hints, ErrorPage: func(w http.ResponseWriter, _ *http.Request, e *web.Error) {
			w.WriteHeader(e.Status)
			_, _ = w.Write([]byte(e.Message + e.Hint))
		}})
		refuse := func(http.ResponseWriter, *http.Request) error {
			return &web.Error{Status: http.StatusBadRequest, Message: "No.", Hint: "because of this"}
		}
		mux.API("GET /api", refuse)
		mux.Page("GET /page", refuse)
		for _, path := range []string{"/api", "/page"} {
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if body := w.Body.String(); strings.Contains(body, "because of this") != hints || !strings.Contains(body, "No.") {
				t.Errorf("hints %v: %s says %s", hints, path, body)
			}
		}
	}
}
