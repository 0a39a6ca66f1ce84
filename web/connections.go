package web

import (
	"container/list"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"sync"
)

// connections bounds how many are open at once. For one too many, one that serves no request is closed:
// the oldest of the network that has the most of these. So a flood closes its own.
// While all are busy, the rest waits.
type connections struct {
	net.Listener
	most int

	mu     sync.Mutex // guards what follows
	change *sync.Cond // there may be room
	open   int
	idle   map[string]*list.List // by network, the oldest first
	shut   bool
}

func newConnections(l net.Listener, most int) *connections {
	c := &connections{Listener: l, most: most, idle: map[string]*list.List{}}
	c.change = sync.NewCond(&c.mu)
	return c
}

func (c *connections) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	peer, _ := netip.ParseAddrPort(conn.RemoteAddr().String())
	accepted := &connection{Conn: conn, of: c, network: Network(peer.Addr())}
	if err := c.makeRoom(); err != nil {
		_ = conn.Close()
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open++
	c.rest(accepted)
	return accepted, nil
}

func (c *connections) Close() error {
	c.mu.Lock()
	c.shut = true
	c.mu.Unlock()
	c.change.Broadcast()
	return c.Listener.Close()
}

func (c *connections) makeRoom() error {
	for {
		idle, err := c.inTheWay()
		if idle == nil {
			return err
		}
		_ = idle.Close() // a request that begins this very moment is lost, as when idle time is over
	}
}

// inTheWay returns what has to be closed, or nil when there is room; it waits until either is so.
func (c *connections) inTheWay() (*connection, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.shut && c.open >= c.most {
		if crowd := c.largest(); crowd != nil {
			return crowd.Front().Value.(*connection), nil
		}
		c.change.Wait()
	}
	if c.shut {
		return nil, net.ErrClosed
	}
	return nil, nil
}

// largest expects mu to be held.
func (c *connections) largest() (largest *list.List) {
	for _, crowd := range c.idle {
		if largest == nil || crowd.Len() > largest.Len() {
			largest = crowd
		}
	}
	return largest
}

// note is http.Server.ConnState.
func (c *connections) note(conn net.Conn, state http.ConnState) {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	noted, ok := conn.(*connection)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateActive:
		c.wake(noted)
	case http.StateIdle:
		c.rest(noted)
	}
}

// rest expects mu to be held, as does wake.
func (c *connections) rest(conn *connection) {
	if conn.closed || conn.resting != nil {
		return
	}
	crowd := c.idle[conn.network]
	if crowd == nil {
		crowd = list.New()
		c.idle[conn.network] = crowd
	}
	conn.resting = crowd.PushBack(conn)
	c.change.Signal()
}

func (c *connections) wake(conn *connection) {
	if conn.resting == nil {
		return
	}
	crowd := c.idle[conn.network]
	crowd.Remove(conn.resting)
	conn.resting = nil
	if crowd.Len() == 0 {
		delete(c.idle, conn.network)
	}
}

// connection is an open one; what follows of is guarded by its mutex.
type connection struct {
	net.Conn
	network string
	of      *connections
	resting *list.Element // nil: it serves a request
	closed  bool
}

func (c *connection) Close() error {
	c.of.mu.Lock()
	if !c.closed {
		c.of.wake(c)
		c.closed = true
		c.of.open--
		c.of.change.Signal()
	}
	c.of.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite ends our half of the connection. net/http asks for it when it closes before all of a body has
// come, so that the answer arrives before the reset.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}
