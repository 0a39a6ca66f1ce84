package web

import (
	"context"
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
func Network(addr netip.Addr) string { return around(addr, 24, 64) }

// WideNetwork returns the network around Network(addr) that is often one owner's as a whole, so that
// moving within it gains nothing: /16 of IPv4, /48 of IPv6.
func WideNetwork(addr netip.Addr) string { return around(addr, 16, 48) }

func around(addr netip.Addr, bits4, bits6 int) string {
	addr = addr.Unmap().WithZone("")
	bits := bits6
	if addr.Is4() {
		bits = bits4
	}
	network, err := addr.Prefix(bits)
	if err != nil || !network.IsValid() {
		return "unknown"
	}
	return network.String()
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

// noteForwarded warns the operator once: behind a proxy that is not named, all people have one address
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

// parseHop reads an address; some proxies add the port.
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
