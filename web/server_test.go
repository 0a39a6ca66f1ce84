package web_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/web"
)

// running is web.Serve with its two addresses; stop is the signal, done its result.
type running struct {
	public, metrics string
	stop            context.CancelFunc
	done            chan error
}

func run(t *testing.T, o web.ServerOptions) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &running{stop: cancel, done: make(chan error, 1)}
	open := make(chan bool)
	o.Listen = "127.0.0.1:0"
	o.OnListen = func(public, metrics net.Addr) {
		s.public = public.String()
		if metrics != nil {
			s.metrics = metrics.String()
		}
		close(open)
	}
	go func() { s.done <- web.Serve(ctx, o) }()
	select {
	case <-open:
	case err := <-s.done:
		t.Fatal(err)
	}
	t.Cleanup(cancel)
	return s
}

func get(t *testing.T, url string) (answer, error) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		return answer{}, err
	}
	return readAnswer(t, resp), nil
}

func TestDrainFinishesWhatIsUnderWayAndRefusesTheRest(t *testing.T) {
	entered, leave := make(chan bool), make(chan bool)
	mux := web.NewMux(web.MuxOptions{})
	mux.API("GET /slow", func(w http.ResponseWriter, r *http.Request) error {
		entered <- true
		<-leave
		return web.WriteJSON(w, http.StatusOK, "done")
	})
	mux.API("GET /quick", says("quick"))
	health, draining, noticed := web.NewHealth(), make(chan bool), make(chan bool)
	const delay = 100 * time.Millisecond
	s := run(t, web.ServerOptions{
		Handler: mux, MetricsListen: "127.0.0.1:0", MetricsHandler: web.Backstage(web.NewMetrics(), health),
		DrainDelay: delay, OnDrain: func() { health.Drain(); close(draining); <-noticed },
	})
	slow := make(chan error, 1)
	go func() {
		got, err := get(t, "http://"+s.public+"/slow")
		if err == nil && got.body != `"done"` {
			err = errors.New(got.body)
		}
		slow <- err
	}()
	<-entered
	s.stop()
	<-draining

	if got, err := get(t, "http://"+s.metrics+"/readyz"); err != nil || got.StatusCode != 503 {
		t.Errorf("readyz while draining: %v %v", got.Response, err)
	}
	if _, err := get(t, "http://"+s.public+"/quick"); err != nil {
		t.Errorf("refused before the balancer could notice: %v", err)
	}
	began := time.Now()
	close(noticed)
	for refused := false; !refused; {
		conn, err := net.Dial("tcp", s.public)
		if refused = err != nil; !refused {
			conn.Close()
			time.Sleep(10 * time.Millisecond)
		}
	}
	if took := time.Since(began); took < delay {
		t.Errorf("stopped accepting after %v", took)
	}
	close(leave)
	if err := <-slow; err != nil {
		t.Errorf("the request under way: %v", err)
	}
	if err := <-s.done; err != nil {
		t.Errorf("drain: %v", err)
	}
}

func TestRequestThatOutlivesTheGraceIsCancelledAndSaysSo(t *testing.T) {
	entered := make(chan bool)
	mux := web.NewMux(web.MuxOptions{})
	mux.API("GET /stuck", func(w http.ResponseWriter, r *http.Request) error {
		entered <- true
		<-r.Context().Done()
		return fmt.Errorf("query: %w", r.Context().Err())
	})
	s := run(t, web.ServerOptions{Handler: mux, GraceTimeout: 50 * time.Millisecond})
	result := make(chan error, 1)
	go func() {
		got, err := get(t, "http://"+s.public+"/stuck")
		if err == nil && got.StatusCode != http.StatusServiceUnavailable {
			err = fmt.Errorf("status %d", got.StatusCode)
		}
		result <- err
	}()
	<-entered
	s.stop()
	if err := <-result; err != nil {
		t.Error(err)
	}
	if err := <-s.done; err != nil {
		t.Error(err)
	}
}

func TestSlowlorisIsClosed(t *testing.T) {
	mux := web.NewMux(web.MuxOptions{})
	mux.API("POST /token", echoForm)
	s := run(t, web.ServerOptions{Handler: mux, HeaderTimeout: 100 * time.Millisecond, ReadTimeout: 200 * time.Millisecond})
	for name, start := range map[string]string{
		"nothing":     "",
		"half header": "POST /token HTTP/1.1\r\nHost: x\r\nX-A: ",
		"half body":   "POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=",
		"half chunk":  "POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n5\r\na=",
	} {
		conn, err := net.Dial("tcp", s.public)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, start)
		conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		content, err := io.ReadAll(conn)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: still open, got %q", name, content)
		}
		if name[:6] == "half b" && !errors.Is(err, os.ErrDeadlineExceeded) && string(content[:12]) != "HTTP/1.1 408" {
			t.Errorf("%s: %q", name, content)
		}
	}
}

func TestLongURLIsAnswered(t *testing.T) {
	s := run(t, web.ServerOptions{Handler: web.NewMux(web.MuxOptions{})})
	for size, status := range map[int]int{20 << 10: 414, 60 << 10: 414, 1 << 20: 431} {
		conn, err := net.Dial("tcp", s.public)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		go io.WriteString(conn, "GET /"+strings.Repeat("a", size)+" HTTP/1.1\r\nHost: x\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%d: %v", size, err)
		}
		if resp.StatusCode != status {
			t.Errorf("%d: %d, want %d", size, resp.StatusCode, status)
		}
	}
}

func TestRequestForTheServerAsAWholeIsRefused(t *testing.T) {
	s := run(t, web.ServerOptions{Handler: web.NewMux(web.MuxOptions{})})
	conn, err := net.Dial("tcp", s.public)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	readAnswer(t, resp).must(t, "OPTIONS *", http.StatusBadRequest)
}

func TestTakenPortIsAnErrorBeforeAnythingIsServed(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, o := range []web.ServerOptions{
		{Listen: taken.Addr().String(), Handler: http.NotFoundHandler()},
		{Listen: "127.0.0.1:0", Handler: http.NotFoundHandler(), MetricsListen: taken.Addr().String()},
	} {
		o.OnListen = func(_, _ net.Addr) { t.Error("served") }
		if err := web.Serve(t.Context(), o); err == nil {
			t.Error("no error")
		}
	}
}
