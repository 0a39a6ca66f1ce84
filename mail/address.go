package mail

import (
	"errors"
	netmail "net/mail"
	"strings"
)

var errAddress = errors.New("not a mail address")

const (
	maxAddress = 254 // RFC 5321 section 4.5.3.1.3, less the angle brackets
	maxLocal   = 64
	maxLabel   = 63
)

// ParseAddress accepts exactly one plain address, local@domain in ASCII, and returns it as it is.
// It is stricter than RFC 5322: what could be read as two addresses, as a header or as a route
// (lists, names, quotes, comments, line ends, "%" and "!") is refused, and so is every character
// that looks like another one.
func ParseAddress(s string) (string, error) {
	if len(s) > maxAddress { // before anything looks at its content (CVE-2025-61725)
		return "", errAddress
	}
	local, domain, ok := strings.Cut(s, "@")
	if !ok || !validLocal(local) || !validDomain(domain) {
		return "", errAddress
	}
	return s, nil
}

func validLocal(local string) bool {
	if len(local) > maxLocal {
		return false
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" || !only(atom, "#$&'*+-/=?^_`{|}~") {
			return false
		}
	}
	return true
}

func validDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if label == "" || len(label) > maxLabel || !only(label, "-") {
			return false
		}
		if label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	last := labels[len(labels)-1]
	return len(labels) > 1 && strings.Trim(last, "0123456789") != "" // not an IP address
}

// only reports whether s has nothing but ASCII letters, digits and the bytes of others.
func only(s, others string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && !('0' <= c && c <= '9') && strings.IndexByte(others, c) < 0 {
			return false
		}
	}
	return true
}

// ParseSender accepts what may stand in the From header: an address, or Name <address>, also at
// localhost, since the operator wrote it. It returns the bare address.
func ParseSender(s string) (string, error) {
	a, err := netmail.ParseAddress(s)
	if err != nil || strings.ContainsAny(a.Name, "\r\n") {
		return "", errors.New("not a sender: expected address or Name <address>")
	}
	if strings.HasSuffix(a.Address, "@localhost") {
		return a.Address, nil
	}
	return ParseAddress(a.Address)
}
