package outbound

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Inside is what may be asked although it is not of the public internet: an operator's own hosts and
// networks. The zero value is nothing.
type Inside struct {
	hosts    []string // as a URL has them, with the port unless that is 443
	networks []netip.Prefix
}

// ParseInside reads what an operator lists: host names ("apps.corp.example" and everything below it)
// and addresses ("10.0.0.7"), each with ":8443" when it is asked on that port in place of 443; and
// networks ("10.0.0.0/8"), where any host name may lead.
func ParseInside(list []string) (in Inside, err error) {
	for _, text := range list {
		add := in.addHost
		if strings.Contains(text, "/") {
			add = in.addNetwork
		}
		if err := add(text); err != nil {
			return Inside{}, fmt.Errorf("%q %w", text, err)
		}
	}
	return in, nil
}

func (in *Inside) addNetwork(text string) error {
	network, err := netip.ParsePrefix(text)
	switch {
	case err != nil || network != network.Masked() || network.Addr().Is4In6():
		return errors.New("is not a network, such as 10.0.0.0/8")
	case network.Bits() == 0:
		return errors.New("covers all addresses; list only your own networks")
	case slices.ContainsFunc(never(), func(n netip.Prefix) bool { return n.Bits() <= network.Bits() && n.Overlaps(network) }):
		return errors.New("is never contacted; cloud metadata services hold secrets there")
	}
	in.networks = append(in.networks, network)
	return nil
}

func (in *Inside) addHost(text string) error {
	u, err := url.Parse("https://" + text)
	if err != nil || u.Host != text {
		return errors.New("is not a host name or an address, alone or with a port")
	}
	if _, ok := portOf(u); !ok {
		return errors.New("has no valid port")
	}
	addr, err := netip.ParseAddr(u.Hostname())
	switch {
	case err != nil && !isName(u.Hostname()), err == nil && (addr.Is4In6() || addr.String() != u.Hostname()):
		return errors.New("is not a host name in lower case, nor an address in its usual form")
	case err == nil && isNever(addr):
		return errors.New("is never contacted; cloud metadata services hold secrets there")
	}
	in.hosts = append(in.hosts, strings.TrimSuffix(text, ":443"))
	return nil
}

// lists reports whether host, as a URL has it, is one of those or below one.
func (in Inside) lists(host string) bool {
	name, _, _ := strings.Cut(host, ":")
	return slices.ContainsFunc(in.hosts, func(listed string) bool {
		return host == listed || isName(name) && strings.HasSuffix(host, "."+listed)
	})
}

// holds reports whether addr is of one of the networks.
func (in Inside) holds(addr netip.Addr) bool {
	return within(addr.Unmap(), in.networks) && !isNever(addr)
}

// isNever finds the addresses that are asked under no name and in no network: a caller who made us ask
// there could become the machine we run on.
func isNever(addr netip.Addr) bool {
	addr = addr.Unmap()
	return !addr.IsValid() || addr.Zone() != "" || within(addr, never())
}

func never() []netip.Prefix {
	return prefixes(
		"0.0.0.0/8",           // this network
		"169.254.0.0/16",      // link-local; cloud metadata of most
		"100.100.100.200/32",  // of Alibaba
		"168.63.129.16/32",    // of Azure
		"192.0.0.192/32",      // of Oracle
		"224.0.0.0/3",         // multicast, reserved
		"::/128",              // unspecified
		"fe80::/10",           // link-local
		"ff00::/8",            // multicast
		"fd00:ec2::/32",       // of Amazon
		"fd20:ce::254/128",    // of Google
		"64:ff9b::a9fe:0/112", // link-local behind NAT64
		"64:ff9b:1::a9fe:0/112",
		"2002:a9fe::/32", // and 6to4
	)
}
