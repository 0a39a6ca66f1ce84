package outbound

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
)

const maxAddresses = 4 // of one host that are tried

// dialer connects to hosts all of whose addresses may be dialled.
type dialer struct {
	resolver Resolver
	allow    func(netip.AddrPort) bool
	inside   Inside
	loopback bool // loopback names lead to loopback, and only they
}

func newDialer(o Options) dialer {
	d := dialer{resolver: o.Resolver, allow: o.Allow, inside: o.Inside, loopback: o.Loopback}
	if d.resolver == nil {
		d.resolver = net.DefaultResolver
	}
	if d.allow == nil {
		d.allow = func(a netip.AddrPort) bool { return Public(a.Addr()) || d.inside.holds(a.Addr()) }
	}
	return d
}

// dial resolves once and dials what it has checked: a name that gets another address a moment later
// (DNS rebinding) changes nothing.
func (d dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, maxTime) // the transport lets it go on without the request
	defer cancel()
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, refused("url")
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, refused("url")
	}
	allow := d.judge(host, strings.TrimSuffix(address, ":443"))
	checked, err := d.resolve(ctx, host, uint16(port), allow)
	if err != nil {
		return nil, err
	}
	// The last word is the kernel's own view of where the connection goes.
	direct := net.Dialer{Control: func(_, actual string, _ syscall.RawConn) error {
		if target, err := netip.ParseAddrPort(actual); err != nil || !allow(target) {
			return refused("address")
		}
		return nil
	}}
	var failed error
	for _, target := range checked {
		conn, err := direct.DialContext(ctx, network, target.String())
		if err == nil {
			return conn, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

// judge returns who decides which addresses a host may have. named is the host as its URL has it.
func (d dialer) judge(host, named string) func(netip.AddrPort) bool {
	switch {
	case d.loopback && isLoopbackName(host):
		return isLoopback
	case d.inside.lists(named):
		return func(a netip.AddrPort) bool { return !isNever(a.Addr()) }
	}
	return d.allow
}

// resolve refuses a host when any of its addresses is not allowed (CVE-2026-58442): one that points
// inside as well is up to something.
func (d dialer) resolve(ctx context.Context, host string, port uint16, allow func(netip.AddrPort) bool) ([]netip.AddrPort, error) {
	answers, err := d.lookUp(ctx, host)
	if err != nil || len(answers) == 0 {
		return nil, &Error{Reason: "name", Temporary: true}
	}
	var targets []netip.AddrPort
	for _, answer := range answers {
		target := netip.AddrPortFrom(answer.Unmap(), port)
		if !allow(target) {
			return nil, refused("address")
		}
		targets = append(targets, target)
	}
	return targets[:min(len(targets), maxAddresses)], nil
}

func (d dialer) lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	if d.loopback && isLoopbackName(host) {
		return loopbackAddresses(host), nil
	}
	if addr, err := netip.ParseAddr(host); err == nil { // listed, or Check would have refused it
		return []netip.Addr{addr}, nil
	}
	// The dot keeps the search list of resolv.conf out: in a cluster it leads to its services.
	return d.resolver.LookupNetIP(ctx, "ip", host+".")
}
