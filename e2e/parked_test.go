package e2e

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// usedMemory is how many bytes a Redis holds, by its own account.
func usedMemory(t *testing.T, address string) int {
	t.Helper()
	conn := must[net.Conn](t)(net.Dial("tcp", must[*url.URL](t)(url.Parse(address)).Host))
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	must[int](t)(io.WriteString(conn, "INFO memory\r\nQUIT\r\n"))
	text := string(must[[]byte](t)(io.ReadAll(conn)))
	found := regexp.MustCompile(`used_memory:(\d+)`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("Redis says %q", text)
	}
	return must[int](t)(strconv.Atoi(found[1]))
}

// A short URL that names a long pushed request leaves little in Redis, however often and on however many
// nodes it is opened, and each of those who opened it can go on.
func TestLongPushedRequestIsInRedisOnce(t *testing.T) {
	t.Parallel()
	redis := newRedisServer(t)
	d := own(t, plan{name: "parked", nodes: 2, database: newDatabase(t), redis: redis.url})
	a, who := d.app(t, "--first-party"), d.person(t)
	q := a.begin()
	asked := must[*url.URL](t)(url.Parse(q.url)).Query()
	asked.Set("ignored", strings.Repeat("x", 40<<10))
	var pairs []string
	for name := range asked {
		if name != "client_id" {
			pairs = append(pairs, name, asked.Get(name))
		}
	}
	pushed := a.call(t, d.issuer, "/par", pairs...).text("request_uri")
	short := "/authorize?" + url.Values{"client_id": {a.ClientID}, "request_uri": {pushed}}.Encode()
	before := usedMemory(t, redis.url)
	const times = 400
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(client.CloseIdleConnections)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for range times / 8 {
				response, err := client.Get(d.nodes[worker%2].url() + short)
				if err != nil {
					t.Error(err)
					return
				}
				_ = response.Body.Close()
				if response.StatusCode != http.StatusSeeOther {
					t.Errorf("status %d", response.StatusCode)
				}
			}
		})
	}
	v := d.visitor(t)
	login := v.follow(v.get(short))
	all.Wait()
	grown := usedMemory(t, redis.url) - before
	t.Logf("%d openings of a request of 40 KB left %d bytes in Redis", times, grown)
	if grown > times*4<<10 {
		t.Errorf("%d bytes are kept for %d openings", grown, times)
	}
	a.redeem(t, q, v.handedOver(v.signIn(d, login, who)))
}
