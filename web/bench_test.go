package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

// sink is a ResponseWriter that costs nothing.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(int)             {}

// rewound is a request body that can be sent again.
type rewound struct{ *strings.Reader }

func (rewound) Close() error { return nil }

func tokenRequest(b *testing.B) (*http.Request, rewound) {
	body := rewound{strings.NewReader("grant_type=client_credentials&scope=read_weather")}
	r, err := http.NewRequest("POST", "/token", body)
	if err != nil {
		b.Fatal(err)
	}
	r.RequestURI, r.RemoteAddr, r.Host = "/token", "192.0.2.1:4711", "id.example"
	r.ContentLength = body.Size()
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", "bench/1")
	return r, body
}

func benchmarkAPI(b *testing.B, log *slog.Logger) {
	mux := web.NewMux(web.MuxOptions{Log: log})
	answer := []byte(`{"active":true}`)
	mux.API("POST /token", func(w http.ResponseWriter, r *http.Request) error {
		_, err := w.Write(answer)
		return err
	})
	r, body := tokenRequest(b)
	w := &sink{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		body.Seek(0, io.SeekStart)
		r.Body = body
		clear(w.header)
		mux.ServeHTTP(w, r)
	}
}

// BenchmarkAPIHandler is everything around a handler: routing, guards, trace, metrics, without the log.
func BenchmarkAPIHandler(b *testing.B) { benchmarkAPI(b, nil) }

// BenchmarkAPIHandlerLogged adds the record.
func BenchmarkAPIHandlerLogged(b *testing.B) {
	benchmarkAPI(b, slog.New(slog.NewJSONHandler(io.Discard, nil)))
}

// BenchmarkServeMuxAlone is what the standard library takes of it.
func BenchmarkServeMuxAlone(b *testing.B) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) { w.Write(nil) })
	r, _ := tokenRequest(b)
	w := &sink{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		mux.ServeHTTP(w, r)
	}
}
