package e2e

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// cable is a wire to a server that can be pulled out.
type cable struct {
	listener net.Listener
	far      string

	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]bool
}

func newCable(t testing.TB, far string) *cable {
	t.Helper()
	c := &cable{listener: must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0")), far: far, conns: map[net.Conn]bool{}}
	t.Cleanup(func() { c.listener.Close() })
	go c.run()
	return c
}

// through returns a URL with its host replaced by our end of the cable.
func (c *cable) through(t testing.TB, address string) string {
	t.Helper()
	u := must[*url.URL](t)(url.Parse(address))
	u.Host = c.listener.Addr().String()
	return u.String()
}

func (c *cable) run() {
	for {
		near, err := c.listener.Accept()
		if err != nil {
			return
		}
		go c.join(near)
	}
}

func (c *cable) join(near net.Conn) {
	far, err := net.Dial("tcp", c.far)
	if err != nil || !c.add(near, far) {
		near.Close()
		return
	}
	go pipe(near, far)
	pipe(far, near)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, near)
	delete(c.conns, far)
}

func pipe(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	to.Close()
	from.Close()
}

func (c *cable) add(near, far net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cut {
		far.Close()
		return false
	}
	c.conns[near], c.conns[far] = true, true
	return true
}

// pull ends every connection and refuses new ones.
func (c *cable) pull() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = true
	for conn := range c.conns {
		conn.Close()
	}
}

func (c *cable) plug() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = false
}
