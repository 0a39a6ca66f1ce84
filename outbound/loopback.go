package outbound

import (
	"net/netip"
	"net/url"
	"slices"
)

// isHere reports whether u leads to a program on this machine, and this client may ask it: with
// Options.Loopback, and by one of the fixed names that need no resolver. The port is free, and so is
// http: nothing leaves the machine.
func (c *Client) isHere(u *url.URL) bool {
	return c.loopback && (u.Scheme == "http" || u.Scheme == "https") && isLoopbackName(u.Hostname())
}

func isLoopbackName(host string) bool {
	return slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, host)
}

// loopbackAddresses are those of a loopback name, whatever a resolver would say (RFC 6761 section 6.3).
func loopbackAddresses(name string) []netip.Addr {
	if name == "localhost" {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}
	}
	return []netip.Addr{netip.MustParseAddr(name)}
}

func isLoopback(a netip.AddrPort) bool { return a.Addr().IsLoopback() }
