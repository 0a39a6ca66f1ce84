package web_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func TestForwardedForCountsOnlyFromTrustedProxies(t *testing.T) {
	for _, c := range []struct{ name, proxies, peer, forwarded, want string }{
		{"untrusted peer", "10.0.0.0/8", "203.0.113.9:1", "198.51.100.7", "203.0.113.9"},
		{"nobody trusted", "", "10.0.0.1:1", "198.51.100.7", "10.0.0.1"},
		{"spoofed on the left", "10.0.0.0/8", "10.0.0.1:1", "1.1.1.1, 198.51.100.7", "198.51.100.7"},
		{"two proxies", "10.0.0.0/8", "10.0.0.1:1", "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"},
		{"garbage", "10.0.0.0/8", "10.0.0.1:1", "198.51.100.7, unknown", "10.0.0.1"},
		{"no header", "10.0.0.0/8", "10.0.0.1:1", "", "10.0.0.1"},
		{"with port", "10.0.0.1/32", "10.0.0.1:1", "198.51.100.7:4711", "198.51.100.7"},
		{"mapped peer", "10.0.0.1/32", "[::ffff:10.0.0.1]:1", "::ffff:198.51.100.7", "198.51.100.7"},
		{"v6", "fd00::/8", "[fd00::1]:1", "2001:db8::7", "2001:db8::7"},
		{"only proxies", "10.0.0.0/8", "10.0.0.1:1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
	} {
		var proxies []netip.Prefix
		if c.proxies != "" {
			proxies = append(proxies, netip.MustParsePrefix(c.proxies))
		}
		var got netip.Addr
		mux := web.NewMux(web.MuxOptions{Proxies: proxies})
		mux.Page("GET /", func(_ http.ResponseWriter, r *http.Request) error {
			got = web.ClientIP(r.Context())
			return nil
		})
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", c.forwarded)
		r.Header.Set("X-Real-Ip", "9.9.9.9")
		r.Header.Set("Forwarded", "for=9.9.9.9")
		mux.ServeHTTP(httptest.NewRecorder(), r)
		if got.String() != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestEverySpoofedHeaderLineIsRead(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}
	mux := web.NewMux(web.MuxOptions{Proxies: proxies})
	mux.Page("GET /", func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprint(w, web.ClientIP(r.Context()))
		return err
	})
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "10.0.0.1:1"
	r.Header["X-Forwarded-For"] = []string{"1.1.1.1", "198.51.100.7"}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	if w.Body.String() != "198.51.100.7" {
		t.Error(w.Body)
	}
}

func TestOneHouseholdIsOneNetwork(t *testing.T) {
	for addr, want := range map[string]string{
		"2001:db8:1:2:aaaa::1": "2001:db8:1:2::/64", "2001:db8:1:2:ffff:ffff:ffff:ffff": "2001:db8:1:2::/64",
		"2001:db8:1:3::1": "2001:db8:1:3::/64", "198.51.100.7": "198.51.100.0/24", "::ffff:198.51.100.7": "198.51.100.0/24",
		"fe80::1%eth0": "fe80::/64",
	} {
		if got := web.Network(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
	if got := web.Network(netip.Addr{}); got != "unknown" {
		t.Error(got)
	}
}

func TestForwardedHeaderOfAnUnnamedPeerIsToldOnce(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}
	log := &logged{}
	mux := web.NewMux(web.MuxOptions{Proxies: proxies, Log: slog.New(slog.NewJSONHandler(log, nil))})
	mux.Under("/base").Plain("GET /", http.NotFoundHandler())
	ask := func(peer, forwarded string) {
		r := httptest.NewRequest("GET", "/base/", nil)
		r.RemoteAddr = peer
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		mux.ServeHTTP(httptest.NewRecorder(), r)
	}
	ask("10.0.0.1:1", "198.51.100.7")
	ask("192.0.2.1:1", "")
	if log.String() != "" {
		t.Fatalf("nothing is wrong: %s", log)
	}
	ask("192.0.2.1:1", "198.51.100.7")
	ask("192.0.2.2:1", "198.51.100.7")
	all := log.records(t, 1)
	if len(all) != 1 || record(t, all[0])["peer"] != "192.0.2.1" || !strings.Contains(all[0], "trusted_proxies") {
		t.Errorf("%v", all)
	}
}
