package outbound

import "net/netip"

// Public reports whether addr belongs to the public internet. For IPv6 that is what IANA has given out
// as global unicast; what carries an IPv4 address inside (mapped, compatible, 6to4, NAT64, Teredo)
// is either judged by it or refused (CVE-2026-44430).
func Public(addr netip.Addr) bool {
	addr = addr.Unmap()
	switch {
	case !addr.IsValid() || addr.Zone() != "":
		return false
	case addr.Is4():
		return !within(addr, reserved4())
	}
	return globalUnicast6().Contains(addr) && !within(addr, reserved6())
}

func within(addr netip.Addr, networks []netip.Prefix) bool {
	for _, network := range networks {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

func globalUnicast6() netip.Prefix { return netip.MustParsePrefix("2000::/3") }

// reserved4 is the IANA IPv4 Special-Purpose Address Registry, with multicast.
func reserved4() []netip.Prefix {
	return prefixes(
		"0.0.0.0/8",        // this network
		"10.0.0.0/8",       // private
		"100.64.0.0/10",    // carrier-grade NAT; cloud metadata of some
		"127.0.0.0/8",      // loopback
		"169.254.0.0/16",   // link-local; cloud metadata of most
		"168.63.129.16/32", // Azure's host
		"172.16.0.0/12",    // private
		"192.0.0.0/24",     // protocol assignments
		"192.0.2.0/24",     // documentation
		"192.88.99.0/24",   // 6to4 relays
		"192.168.0.0/16",   // private
		"198.18.0.0/15",    // benchmarks
		"198.51.100.0/24",  // documentation
		"203.0.113.0/24",   // documentation
		"224.0.0.0/4",      // multicast
		"240.0.0.0/4",      // reserved, broadcast
	)
}

// reserved6 is what the IANA IPv6 registry reserves inside of 2000::/3.
func reserved6() []netip.Prefix {
	return prefixes(
		"2001::/23",     // protocol assignments: Teredo, benchmarks, ORCHID
		"2001:db8::/32", // documentation
		"2002::/16",     // 6to4
		"3ffe::/16",     // the former 6bone
		"3fff::/20",     // documentation
	)
}

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}
