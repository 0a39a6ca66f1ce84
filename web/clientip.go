package web

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// ClientIP returns the address the request came from, an IPv4 address never as IPv6. It is the zero
// Addr outside of a request.
func ClientIP(ctx context.Context) netip.Addr {
	if x := exchangeOf(ctx); x != nil {
		return x.ip
	}
	return netip.Addr{}
}

// Network returns the network that limits count addr by, as CIDR text: /24 of IPv4; /64 of IPv6,
// of which one household has all the addresses. An unknown address is "unknown".
func Network(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	bits := 64
	if addr.Is4() {
		bits = 24
	}
	network, err := addr.Prefix(bits)
	if err != nil || !network.IsValid() {
		return "unknown"
	}
	return network.String()
}

// ParseProxies reads networks ("10.0.0.0/8") and addresses ("10.1.2.3") of the proxies in front of
// us. It refuses a network that is everybody: every client could then choose its address.
func ParseProxies(texts []string) ([]netip.Prefix, error) {
	var proxies []netip.Prefix
	for _, text := range texts {
		network, err := parseNetwork(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q: %w", text, err)
		}
		if network.Bits() == 0 {
			return nil, fmt.Errorf("trusted proxy %q: trusts everybody", text)
		}
		proxies = append(proxies, network)
	}
	return proxies, nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		network, err := netip.ParsePrefix(text)
		return network.Masked(), err
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	addr = addr.Unmap()
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

// clientIP believes X-Forwarded-For only as far as trusted proxies wrote it: from the right, up to
// the first address that is not one of theirs.
func (m *Mux) clientIP(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := peer.Addr().Unmap().WithZone("")
	if !contains(m.proxies, client) {
		m.noteForwarded(r, client)
		return client
	}
	hops := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := parseHop(strings.TrimSpace(hops[i]))
		if err != nil {
			return client
		}
		client = hop
		if !contains(m.proxies, client) {
			return client
		}
	}
	return client
}

// noteForwarded tells the operator once: behind a proxy that is not named, all people have one address
// and share its limits.
func (m *Mux) noteForwarded(r *http.Request, peer netip.Addr) {
	if len(r.Header["X-Forwarded-For"]) == 0 {
		return
	}
	m.forwarded.Do(func() {
		m.log.Warn("X-Forwarded-For ignored: if the peer is your proxy, name its network in trusted_proxies; until then everyone behind it shares one address and its limits",
			"peer", peer.String())
	})
}

// parseHop: some proxies add the port.
func parseHop(text string) (netip.Addr, error) {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap().WithZone(""), nil
	}
	addr, err := netip.ParseAddr(text)
	return addr.Unmap().WithZone(""), err
}

func contains(proxies []netip.Prefix, addr netip.Addr) bool {
	for _, network := range proxies {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}
