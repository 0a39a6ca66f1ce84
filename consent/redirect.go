package consent

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/interaction"
)

// kind is that of a redirect URI: how much it says about who gets the answer.
type kind int

const (
	claimed  kind = iota // https: only the holder of the host gets it
	loopback             // any program on the person's computer may be listening
	private              // any app may have registered the scheme
)

// redirectOf returns where the answer goes. What cannot be parsed counts as private.
func redirectOf(redirectURI string) (kind, string) {
	u, err := url.Parse(redirectURI)
	if err != nil || u.Scheme == "" {
		return private, redirectURI
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return private, u.Scheme + ":"
	case isLoopback(u.Hostname()):
		return loopback, u.Hostname()
	case u.Scheme == "https":
		return claimed, strings.ToLower(u.Host)
	}
	return private, strings.ToLower(u.Host)
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || (err == nil && ip.IsLoopback())
}

// resourceKey is one text for a set of resources, whatever their order.
func resourceKey(q *interaction.Request) string {
	resources := slices.Clone(q.Resources)
	slices.Sort(resources)
	return strings.Join(resources, " ")
}
