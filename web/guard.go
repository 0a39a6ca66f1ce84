package web

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/symbolon-id/symbolon/i18n"
)

// MaxURL is the longest request target in bytes.
const MaxURL = 16 << 10

// wellFormed refuses what no honest client sends, before anything is looked up. What is no error of
// form but an attempt to reach a path under another spelling is simply not found: no redirect shows
// an attacker, or a cache, what we would have understood.
func wellFormed(r *http.Request) error {
	switch {
	case len(r.RequestURI) > MaxURL:
		return &Error{Status: http.StatusRequestURITooLong}
	case r.Method == http.MethodConnect, r.URL.Host != "", r.RequestURI != "" && r.RequestURI[0] != '/':
		return malformed("The request target must be a path.") // RFC 9112 section 3.2.1: we are no proxy
	case !plainHost(r.Host):
		return malformed("The Host header is not a valid host name.")
	case !printable(r.URL.Path):
		return malformed("The path contains invalid characters.")
	case evasive(r.URL):
		return &Error{Status: http.StatusNotFound}
	}
	return nil
}

// foreign reports whether a request means another server by this one's address: so a web site whose name is
// made to lead here reads what is meant for this machine.
func (m *Mux) foreign(r *http.Request) bool {
	host := (&url.URL{Host: r.Host}).Hostname()
	return m.host != "" && !strings.EqualFold(host, m.host) && !loopback(host)
}

// loopback reports whether host is a name that no name server is asked for (RFC 6761 section 6.3).
func loopback(host string) bool {
	host = strings.ToLower(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

func malformed(message i18n.Text) error {
	return &Error{Status: http.StatusBadRequest, Message: message}
}

// plainHost refuses userinfo and delimiters, which others may read differently than we do.
func plainHost(host string) bool { return !strings.ContainsAny(host, "@/\\?#,;%'\"<> ") }

func printable(path string) bool {
	for i := 0; i < len(path); i++ {
		if path[i] < ' ' || path[i] == 0x7f {
			return false
		}
	}
	return utf8.ValidString(path)
}

// evasive reports dot segments, empty segments, backslashes and escaped slashes, whether they came
// escaped or not.
func evasive(u *url.URL) bool {
	path := u.Path
	if strings.Contains(path, "//") || strings.Contains(path, `\`) || dotSegment(path) {
		return true
	}
	return u.RawPath != "" && strings.Contains(strings.ToLower(u.RawPath), "%2f")
}

func dotSegment(path string) bool {
	return strings.Contains(path, "/.") &&
		(strings.Contains(path, "/./") || strings.Contains(path, "/../") ||
			strings.HasSuffix(path, "/.") || strings.HasSuffix(path, "/.."))
}
