package e2e

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// silentHost accepts connections and says nothing.
func silentHost(t *testing.T) (url string, accepted *atomic.Int64) {
	t.Helper()
	listener := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	t.Cleanup(func() { listener.Close() })
	accepted = new(atomic.Int64)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			accepted.Add(1)
		}
	}()
	return "http://" + listener.Addr().String(), accepted
}

// Two thousand visitors of two hundred networks name documents on a host that never answers. While some
// of them wait, all others are served, and many have been refused at once.
func TestSilentHostDelaysNoOneElse(t *testing.T) {
	t.Parallel()
	const visitors = 2000
	p, issuer := startDev(t, t.TempDir(), "SYMBOLON_TRUSTED_PROXIES=127.0.0.0/8")
	t.Cleanup(p.kill)
	host, accepted := silentHost(t)
	client := &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: visitors},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(client.CloseIdleConnections)
	get := func(path, from string) int {
		r := must[*http.Request](t)(http.NewRequest(http.MethodGet, issuer+path, nil))
		r.Header.Set("X-Forwarded-For", from)
		response, err := client.Do(r)
		if err != nil {
			t.Error(err)
			return 0
		}
		defer response.Body.Close()
		return response.StatusCode
	}
	var all sync.WaitGroup
	var limited, waiting atomic.Int64
	for i := range visitors {
		waiting.Add(1)
		all.Go(func() {
			defer waiting.Add(-1)
			path := fmt.Sprintf("/authorize?response_type=code&client_id=%s/%d/client.json", host, i)
			if get(path, fmt.Sprintf("20.%d.%d.1", i%10, i%200)) == http.StatusTooManyRequests {
				limited.Add(1)
			}
		})
	}
	within(t, 30*time.Second, "visitors wait", func() bool { return accepted.Load() >= 64 })
	served, refused := 0, map[string]int{}
	for served = 0; waiting.Load() > 0 && served < 300; served++ {
		for _, path := range []string{"/login", "/jwks", "/.well-known/openid-configuration", "/livez", "/account"} {
			if status := get(path, "198.51.100.7"); status >= http.StatusTooManyRequests {
				refused[fmt.Sprint(path, " ", status)]++
			}
		}
	}
	if served == 0 || len(refused) > 0 {
		t.Errorf("of %d rounds of others, refused: %v", served, refused)
	}
	all.Wait()
	if limited.Load() < visitors/4 {
		t.Errorf("%d of %d visitors were refused", limited.Load(), visitors)
	}
}
