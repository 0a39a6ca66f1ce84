package logout_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/logout"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// silence is a host that accepts connections and says nothing.
func silence(t *testing.T) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
		}
	}()
	return "http://" + listener.Addr().String()
}

// notifiedBehind is how many of those who say nothing were given up before the one who answers was notified.
func (d *node) notifiedBehind() (silent int) {
	d.t.Helper()
	late := time.After(2 * time.Minute)
	for {
		select {
		case outcome := <-d.outcomes:
			if outcome == logout.Told {
				return silent
			}
			silent++
		case <-late:
			d.t.Fatal("never told")
		}
	}
}

func TestSilentHostsWaitAlone(t *testing.T) {
	for name, c := range map[string]struct {
		id            string
		clients, many int
	}{
		"of many clients":                     {"c_silent", 80, 80},
		"of one client":                       {"c_silent", 1, 80},
		"of hundreds that came by themselves": {"c_dyn_silent", 400, 400},
	} {
		t.Run(name, func(t *testing.T) {
			storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
				d, host := newNode(t, open(t)), silence(t)
				for i := range c.clients {
					d.client(fmt.Sprint(c.id, i), host)
				}
				for i := range c.many {
					d.over(fmt.Sprint("s_silent", i), fmt.Sprint(c.id, i%c.clients))
				}
				r := newReceiver(t, always(200))
				d.client("c_honest", r.URL)
				d.ahead(time.Second) // so that it is due after all of them
				d.over("s_honest", "c_honest")
				d.run(d.worker(true))
				if silent := d.notifiedBehind(); silent >= 40 {
					t.Errorf("told when %d others had been given up", silent)
				}
			})
		})
	}
}
