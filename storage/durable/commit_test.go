package durable_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// lossy is a network that loses the answer to whatever names the victim, and the connection with it.
type lossy struct {
	net.Listener
	server string
	victim atomic.Value // string
}

func newLossy(t *testing.T, server string) *lossy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	n := &lossy{Listener: l, server: server}
	n.victim.Store("")
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go n.carry(client)
		}
	}()
	return n
}

func (n *lossy) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", n.server)
	if err != nil {
		return
	}
	defer server.Close()
	var lost atomic.Bool
	go func() {
		defer client.Close()
		buf := make([]byte, 64<<10)
		for {
			read, err := server.Read(buf)
			if err != nil || lost.Load() {
				return
			}
			if _, err := client.Write(buf[:read]); err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 64<<10)
	for {
		read, err := client.Read(buf)
		if err != nil {
			return
		}
		if v := n.victim.Load().(string); v != "" && bytes.Contains(buf[:read], []byte(v)) {
			lost.Store(true)
		}
		if _, err := io.Copy(server, bytes.NewReader(buf[:read])); err != nil {
			return
		}
	}
}

func TestLostAnswerToCommitIsNeverASuccessNorTwo(t *testing.T) {
	direct := storagetest.PostgreSQLURL(t)
	through, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	network := newLossy(t, through.Host)
	through.Host = network.Addr().String()
	d, w := storagetest.Open(t, through.String()), newWorld(t, storagetest.Open(t, direct))
	d.Clock = w.Clock
	for range 10 {
		handle := storage.Spent{Kind: "request", Value: storage.NewID(""), Until: w.now.Add(time.Hour)}
		g := w.newGrant()
		network.victim.Store(g.ID)
		w.is(d.AddGrant(w.ctx, g, handle), storage.ErrUnavailable)
		network.victim.Store("")

		again := w.newGrant()
		err := eventually(func() error { return d.AddGrant(w.ctx, again, handle) })
		_, first := w.Grant(w.ctx, g.ID)
		_, second := w.Grant(w.ctx, again.ID)
		if (first == nil) == (second == nil) || (err == nil) != (second == nil) {
			t.Fatalf("first there: %v; repeated: %v; second there: %v", first, err, second)
		}
		if first == nil {
			w.is(err, storage.ErrSpent)
		}
	}
}

// eventually repeats do while the store is unavailable: connections that the network cut are
// found out one by one.
func eventually(do func() error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for {
		err := do()
		if !errors.Is(err, storage.ErrUnavailable) || ctx.Err() != nil {
			return err
		}
	}
}
