package web_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

// unsized hides its length, so that the client sends it chunked.
type unsized struct{ io.Reader }

func TestBodyAboveTheLimitIsRefused(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	for _, path := range []string{"/form", "/token", "/arrive"} {
		for _, size := range []int{web.MaxBody + 1, 10 * web.MaxBody} {
			body := "a=" + strings.Repeat("x", size-2)
			got := s.send(t, "POST", path, body).must(t, fmt.Sprintf("%s %d", path, size), http.StatusRequestEntityTooLarge)
			if !got.Close {
				t.Errorf("%s %d: the connection stays open", path, size)
			}
			got = s.sendBody(t, "POST", path, unsized{strings.NewReader(body)})
			got.must(t, fmt.Sprintf("%s %d chunked", path, size), http.StatusRequestEntityTooLarge)
		}
	}
}

func TestBodyUpToTheLimitArrivesWhole(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	for _, size := range []int{2, 3, 4 << 10, 4<<10 + 1, web.MaxBody} {
		body, want := "a="+strings.Repeat("x", size-2), fmt.Sprintf("%d bytes", size-2)
		if got := s.send(t, "POST", "/token", body); got.body != want {
			t.Errorf("%d: %s", size, got.body)
		}
		if got := s.sendBody(t, "POST", "/token", unsized{strings.NewReader(body)}); got.body != want {
			t.Errorf("%d chunked: %s", size, got.body)
		}
	}
}

func TestRefusedBodyIsNotAskedFor(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	first, _ := s.raw(t, "POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n")
	first.must(t, "no 100 Continue", http.StatusRequestEntityTooLarge)
}

func TestCompressedBodyIsRefused(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	w.Write(make([]byte, 1<<20))
	w.Close()
	for _, coding := range []string{"gzip", "deflate", "br", "identity, gzip"} {
		s.send(t, "POST", "/token", bomb.String(), "Content-Encoding: "+coding).must(t, coding, http.StatusUnsupportedMediaType)
		s.send(t, "POST", "/form", bomb.String(), "Content-Encoding: "+coding).must(t, coding, http.StatusUnsupportedMediaType)
	}
	s.send(t, "POST", "/token", "a=1", "Content-Encoding: identity").must(t, "identity", http.StatusOK)
}

func TestSlowBodiesTakeNobodysPlace(t *testing.T) {
	s := newSite(t, web.MuxOptions{InFlight: 1})
	for range 5 {
		body, feed := io.Pipe()
		defer feed.Close()
		go http.Post(s.URL+"/token", "application/x-www-form-urlencoded", body)
		feed.Write([]byte("a="))
	}
	s.send(t, "POST", "/token", "a=1").must(t, "beside slow ones", http.StatusOK)
}

func TestBusyServerShedsAndSaysWhenToComeBack(t *testing.T) {
	entered, leave := make(chan bool), make(chan bool)
	s := newSite(t, web.MuxOptions{InFlight: 1}, func(m *web.Mux) {
		m.API("GET /slow", func(w http.ResponseWriter, r *http.Request) error {
			entered <- true
			<-leave
			return web.WriteJSON(w, http.StatusOK, "done")
		})
		m.Plain("GET /livez", web.NewHealth().Live())
	})
	slow := make(chan error, 1)
	go func() {
		resp, err := http.Get(s.URL + "/slow")
		if err == nil && resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("slow: %d", resp.StatusCode)
		}
		slow <- err
	}()
	<-entered
	got := s.send(t, "GET", "/keys", "").must(t, "api", http.StatusServiceUnavailable)
	got.header(t, "api", "Retry-After", "1")
	got.header(t, "api", "Access-Control-Allow-Origin", "*")
	s.send(t, "GET", "/form", "").must(t, "page", http.StatusServiceUnavailable)
	s.send(t, "GET", "/livez", "").must(t, "health", http.StatusOK)
	close(leave)
	if err := <-slow; err != nil {
		t.Error(err)
	}
	s.log.records(t, 4)
	s.send(t, "GET", "/keys", "").must(t, "afterwards", http.StatusOK)
}
