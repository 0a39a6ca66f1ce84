package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func TestHintIsForDevelopmentOnly(t *testing.T) {
	const hint = "because of this"
	for _, hints := range []bool{false, true} {
		var log bytes.Buffer
		mux := web.NewMux(web.MuxOptions{Hints: hints, Log: slog.New(slog.NewTextHandler(&log, nil)), ErrorPage: func(w http.ResponseWriter, _ *http.Request, e *web.Error) {
			w.WriteHeader(e.Status)
			_, _ = w.Write([]byte(e.Message.String() + e.Hint))
		}})
		refuse := func(http.ResponseWriter, *http.Request) error {
			return &web.Error{Status: http.StatusBadRequest, Message: "No.", Hint: hint}
		}
		mux.API("GET /api", refuse)
		mux.Page("GET /page", refuse)
		for path, tells := range map[string]bool{"/api": false, "/page": hints} {
			log.Reset()
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if body := w.Body.String(); strings.Contains(body, hint) != tells || !strings.Contains(body, "No.") {
				t.Errorf("hints %v: %s says %s", hints, path, body)
			}
			if strings.Contains(log.String(), hint) != hints {
				t.Errorf("hints %v: %s is logged as %s", hints, path, &log)
			}
		}
	}
}

func TestDevelopersAreToldWhereToGoInstead(t *testing.T) {
	for _, hints := range []bool{false, true} {
		var log bytes.Buffer
		mux := web.NewMux(web.MuxOptions{Hints: hints, Log: slog.New(slog.NewTextHandler(&log, nil))})
		mux.API("POST /token", func(http.ResponseWriter, *http.Request) error { return nil })
		mux.Page("POST /page", func(http.ResponseWriter, *http.Request) error { return nil })
		for path, hint := range map[string]string{"/oauth2/token": "says where each endpoint is", "/token": "this address takes OPTIONS, POST", "/page": "this address takes POST"} {
			log.Reset()
			mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
			if strings.Contains(log.String(), hint) != hints {
				t.Errorf("hints %v: %s is logged as %s", hints, path, &log)
			}
		}
	}
}
