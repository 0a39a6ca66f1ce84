package web_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/web"
)

// dial connects from an address of this machine.
func dial(t *testing.T, s *running, from string) net.Conn {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := dialer.Dial("tcp", s.public)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(time.Minute))
	return conn
}

// ask sends a request on conn and returns the status of its answer, 0 when the connection is closed.
func ask(t *testing.T, conn net.Conn, path string) int {
	t.Helper()
	io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("no answer")
	}
	if err != nil {
		return 0
	}
	readAnswer(t, response)
	return response.StatusCode
}

func TestIdleConnectionsOfOneNetworkKeepNoOneOut(t *testing.T) {
	mux := web.NewMux(web.MuxOptions{})
	mux.API("GET /quick", says("quick"))
	s := run(t, web.ServerOptions{Handler: mux, MaxConnections: 50, HeaderTimeout: time.Hour, IdleTimeout: time.Hour})
	kept := []net.Conn{dial(t, s, "127.0.1.1"), dial(t, s, "127.0.2.1"), dial(t, s, "127.0.3.1")}
	for _, conn := range kept {
		if status := ask(t, conn, "/quick"); status != http.StatusOK {
			t.Fatal(status)
		}
	}
	for i := range 200 { // of two addresses, half of them after a request
		conn := dial(t, s, []string{"127.0.9.1", "127.0.9.2"}[i%2])
		if i%4 < 2 {
			ask(t, conn, "/quick")
		}
	}
	for i := range 20 {
		if status := ask(t, dial(t, s, "127.0.4.1"), "/quick"); status != http.StatusOK {
			t.Fatalf("newcomer %d: %d", i, status)
		}
	}
	for i, conn := range kept {
		if status := ask(t, conn, "/quick"); status != http.StatusOK {
			t.Errorf("the idle connection %d of another network was closed", i)
		}
	}
}

func TestConnectionThatServesARequestIsNotClosedForOthers(t *testing.T) {
	certified := httptest.NewTLSServer(nil)
	defer certified.Close()
	for name, config := range map[string]*tls.Config{"plain": nil, "TLS": {Certificates: certified.TLS.Certificates}} {
		t.Run(name, func(t *testing.T) {
			entered, leave := make(chan bool), make(chan bool)
			mux := web.NewMux(web.MuxOptions{})
			mux.API("GET /quick", says("quick"))
			mux.API("GET /slow", func(http.ResponseWriter, *http.Request) error {
				entered <- true
				<-leave
				return nil
			})
			s := run(t, web.ServerOptions{Handler: mux, TLS: config, MaxConnections: 4, HeaderTimeout: time.Hour, IdleTimeout: time.Hour})
			open := func(from string) net.Conn {
				conn := dial(t, s, from)
				if config == nil {
					return conn
				}
				return tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
			}
			statuses := make(chan int)
			for range 3 {
				go func() { statuses <- ask(t, open("127.0.1.1"), "/slow") }()
				<-entered
			}
			for range 20 {
				if status := ask(t, open("127.0.2.1"), "/quick"); status != http.StatusOK {
					t.Fatal(status)
				}
			}
			close(leave)
			for range 3 {
				if status := <-statuses; status != http.StatusOK {
					t.Errorf("cut off: %d", status)
				}
			}
		})
	}
}

func TestDrainEndsAServerWithoutRoom(t *testing.T) {
	entered, leave := make(chan bool), make(chan bool)
	mux := web.NewMux(web.MuxOptions{})
	mux.API("GET /slow", func(http.ResponseWriter, *http.Request) error {
		entered <- true
		<-leave
		return nil
	})
	s := run(t, web.ServerOptions{Handler: mux, MaxConnections: 1})
	status := make(chan int)
	go func() { status <- ask(t, dial(t, s, "127.0.1.1"), "/slow") }()
	<-entered
	dial(t, s, "127.0.2.1") // waits
	s.stop()
	close(leave)
	if got := <-status; got != http.StatusOK {
		t.Error(got)
	}
	if err := <-s.done; err != nil {
		t.Error(err)
	}
}

// A body that is not read must not cost its sender the answer: a proxy that meets a reset while it sends
// says 502 instead.
func TestRefusalArrivesThoughTheBodyIsUnread(t *testing.T) {
	s := run(t, web.ServerOptions{Handler: web.NewMux(web.MuxOptions{})})
	body := strings.Repeat("x", 200<<10)
	for range 10 {
		conn := dial(t, s, "127.0.0.1")
		fmt.Fprintf(conn, "POST /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n", len(body))
		for part := 0; part < len(body); part += len(body) / 4 { // what is sent while the refusal is ready
			if _, err := io.WriteString(conn, body[part:part+len(body)/4]); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if readAnswer(t, response); response.StatusCode != http.StatusNotFound {
			t.Fatal(response.StatusCode)
		}
		if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
			t.Fatalf("the connection ends with %v", err)
		}
	}
}

// More than is read on for any client: our half of the connection ends first, the rest waits for its sender.
func TestRefusalOfALargeBodyEndsTheConnectionInOrder(t *testing.T) {
	mux := web.NewMux(web.MuxOptions{})
	mux.API("POST /quick", says("quick"))
	s := run(t, web.ServerOptions{Handler: mux})
	conn := dial(t, s, "127.0.0.1")
	io.WriteString(conn, "POST /quick HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n")
	go io.Copy(conn, io.LimitReader(zeros{}, 1<<20))
	answer := bufio.NewReader(conn)
	response, err := http.ReadResponse(answer, nil)
	if err != nil {
		t.Fatal(err)
	}
	if readAnswer(t, response); response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Fatal(response.StatusCode)
	}
	if _, err := answer.ReadByte(); err != io.EOF {
		t.Fatalf("the connection ends with %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
