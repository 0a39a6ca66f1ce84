package clients

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

const (
	maxURIs = 50
	maxURI  = 2048
)

func checkURIs(field string, uris []string) error {
	if len(uris) > maxURIs {
		return invalid(field, "more than %d", maxURIs)
	}
	for i, uri := range uris {
		if reason := badRedirect(uri); reason != "" {
			return invalid(field, "%q %s", shorten(uri), reason)
		}
		if slices.Contains(uris[:i], uri) {
			return invalid(field, "%q stands there twice", shorten(uri))
		}
	}
	return nil
}

// badRedirect says why nobody may be redirected to uri, or nothing. Redirect URIs are later matched
// byte for byte, so what is odd is refused here, where its owner can still change it.
func badRedirect(uri string) string {
	u, reason := absolute(uri)
	switch {
	case reason != "":
		return reason
	case strings.Contains(uri, "*"):
		return "has a wildcard; register every address"
	case badScheme(u.Scheme):
		return "has a scheme that nobody may be redirected to"
	case u.Opaque != "" || !strings.HasPrefix(u.EscapedPath()+"/", "/"):
		return "needs a slash after its scheme"
	case slices.ContainsFunc(strings.Split(u.EscapedPath(), "/"), isDotSegment):
		return "has a path with dot segments"
	case slices.ContainsFunc([]string{"code", "state", "iss", "error", "response"}, u.Query().Has):
		return "has a parameter in its query that the answer brings" // which must be there once (RFC 9207 section 2.4)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "must use https; http is for 127.0.0.1, [::1] and localhost only"
	case u.Scheme == "https", u.Scheme == "http":
		return badHost(u)
	}
	return ""
}

// absolute parses uri and refuses what no URI of ours may have.
func absolute(uri string) (*url.URL, string) {
	if uri == "" || len(uri) > maxURI || strings.ContainsFunc(uri, notURIChar) {
		return nil, "is not a URI"
	}
	u, err := url.Parse(uri)
	switch {
	case err != nil:
		return nil, "is not a URI"
	case u.Scheme == "":
		return nil, "is not absolute"
	case strings.Contains(uri, "#"):
		return nil, "has a fragment"
	case u.User != nil:
		return nil, "has user information"
	}
	return u, ""
}

// notURIChar refuses what RFC 3986 does: browsers and parsers disagree about these.
func notURIChar(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r) }

func isDotSegment(segment string) bool {
	segment = strings.ReplaceAll(strings.ToLower(segment), "%2e", ".")
	return segment == "." || segment == ".."
}

func isLoopback(host string) bool {
	return host == "127.0.0.1" || host == "::1" || host == "localhost"
}

func badHost(u *url.URL) string {
	if u.Hostname() == "" {
		return "has no host"
	}
	if port := u.Port(); port != "" || strings.HasSuffix(u.Host, ":") {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "has no valid port"
		}
	}
	return ""
}

// badScheme: a private-use scheme is a domain name turned around (RFC 8252 section 7.1), so it has a dot.
// One without is a program that anything may start (mailto, tel, ms-settings), or what the browser itself
// acts on. Hosts of agents have short ones and no others.
func badScheme(scheme string) bool {
	if scheme == "https" || scheme == "http" || strings.Contains(scheme, ".") {
		return false
	}
	return !slices.Contains([]string{"claude", "cursor", "vscode", "vscode-insiders", "windsurf"}, scheme)
}

// checkAudiences wants resource identifiers (RFC 8707): absolute URIs without fragment.
func checkAudiences(c storage.Client) error {
	if err := checkResources("audience", c.Audiences); err != nil {
		return err
	}
	return checkResources("serves", c.Serves)
}

func checkResources(field string, uris []string) error {
	if len(uris) > maxURIs {
		return invalid(field, "more than %d", maxURIs)
	}
	for i, uri := range uris {
		if _, reason := absolute(uri); reason != "" {
			return invalid(field, "%q %s", shorten(uri), reason)
		}
		if slices.Contains(uris[:i], uri) {
			return invalid(field, "%q stands there twice", shorten(uri))
		}
	}
	return nil
}
