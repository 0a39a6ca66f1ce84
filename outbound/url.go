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
	case c.isHere(u):
		return nil
	case u.Scheme != "https" || u.Opaque != "":
		return refused("url")
	case !isHostName(u.Hostname()) || !c.mayName(u):
		return refused("host")
	}
	return nil
}

// notInURL refuses what RFC 3986 does, and the fragment.
func notInURL(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"#<>\\^`{|}", r) }

func isDots(segment string) bool {
	segment = strings.ReplaceAll(strings.ToLower(segment), "%2e", ".")
	return segment == "." || segment == ".."
}

// mayName judges the port: unless the operator has allowed it, none may be named, not even 443.
func (c *Client) mayName(u *url.URL) bool {
	if u.Host == u.Hostname() {
		return true
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && u.Port() == strconv.FormatUint(port, 10) && slices.Contains(c.ports, uint16(port))
}

// isHostName tells whether host is a full DNS name in its one normal form: lower-case LDH labels. An
// address is none, in whatever notation: a name's last label begins with a letter.
func isHostName(host string) bool {
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	if len(host) > maxHost || len(labels) < 2 || slices.ContainsFunc(labels, notLabel) || isDigit(last[0]) {
		return false
	}
	return !slices.Contains(localDomains(), last) && !strings.HasSuffix(host, ".home.arpa")
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
