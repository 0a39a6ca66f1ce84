package outbound

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	maxURL   = 2 << 10
	maxHost  = 253
	maxLabel = 63
)

// Check parses an https URL that may be asked for, or returns an *Error. Nothing is repaired on the
// way: a URL that another parser could take for another one is refused.
func (c *Client) Check(rawURL string) (*url.URL, error) {
	if len(rawURL) > maxURL || strings.ContainsFunc(rawURL, notInURL) {
		return nil, refused("url")
	}
	u, err := url.Parse(rawURL)
	if err != nil || u.User != nil || u.String() != rawURL {
		return nil, refused("url")
	}
	if err := c.checkOrigin(u); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(u.EscapedPath(), "/") || slices.ContainsFunc(strings.Split(u.EscapedPath(), "/"), isDots) {
		return nil, refused("path")
	}
	return u, nil
}

func (c *Client) checkOrigin(u *url.URL) error {
	switch {
	case c.isOurs(u):
		return refused("ours")
	case c.isHere(u):
		return nil
	case u.Scheme != "https" || u.Opaque != "":
		return refused("url")
	case c.inside.lists(u.Host):
		return nil
	case !isHostName(u.Hostname()) || !c.mayName(u):
		return refused("host")
	}
	return nil
}

// isOurs reports whether we would ask ourselves: by our host, and below our path if we have one. The port
// does not distinguish anything, except for a server reached by http: that is on this machine, in
// development, with others beside it.
func (c *Client) isOurs(u *url.URL) bool {
	if u.Hostname() != c.self.Hostname() || c.self.Scheme == "http" && u.Host != c.self.Host {
		return false
	}
	return strings.HasPrefix(u.EscapedPath()+"/", c.self.EscapedPath()+"/")
}

// notInURL refuses what RFC 3986 does, and the fragment.
func notInURL(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"#<>\\^`{|}", r) }

func isDots(segment string) bool {
	segment = strings.ReplaceAll(strings.ToLower(segment), "%2e", ".")
	return segment == "." || segment == ".."
}

// mayName judges the port: unless the operator has allowed it, none may be named, not even 443.
func (c *Client) mayName(u *url.URL) bool {
	port, ok := portOf(u)
	return ok && (port == 0 || slices.Contains(c.ports, port))
}

// portOf returns the port that u names in its one normal form, 0 when it names none.
func portOf(u *url.URL) (port uint16, ok bool) {
	if u.Port() == "" {
		return 0, !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return uint16(n), err == nil && n > 0 && u.Port() == strconv.FormatUint(n, 10)
}

// isHostName reports whether host is the full name of a host on the internet.
func isHostName(host string) bool {
	at := strings.LastIndexByte(host, '.')
	return at > 0 && isName(host) && !slices.Contains(localDomains(), host[at+1:]) && !strings.HasSuffix(host, ".home.arpa")
}

// isName reports whether host is a DNS name in its one normal form: lower-case LDH labels. An address is
// none, in whatever notation: a name's last label begins with a letter.
func isName(host string) bool {
	labels := strings.Split(host, ".")
	return len(host) <= maxHost && !slices.ContainsFunc(labels, notLabel) && !isDigit(labels[len(labels)-1][0])
}

func notLabel(label string) bool {
	return label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' ||
		strings.ContainsFunc(label, func(r rune) bool { return (r < 'a' || r > 'z') && (r > 0x7f || !isDigit(byte(r))) && r != '-' })
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// localDomains never lead to the public internet (RFC 6761, 6762, 8375, 9476; .internal by ICANN).
func localDomains() []string {
	return []string{"localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "invalid", "onion", "alt"}
}
