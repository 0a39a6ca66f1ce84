package oauth

import (
	"net/url"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// MatchRedirect returns the URI the response goes to. The presented URI must be a registered one
// byte for byte: parsers read odd URLs differently, so none is used. Only the
// port of a loopback URI may differ (RFC 8252 section 7.3).
func MatchRedirect(c storage.Client, presented string, openid bool) (effective string, err *Error) {
	if presented == "" {
		return onlyRedirect(c, openid || c.FAPI2())
	}
	for _, registered := range c.RedirectURIs {
		if registered != presented && !sameLoopback(registered, presented) {
			continue
		}
		if c.FAPI2() && !strings.HasPrefix(presented, "https://") {
			break // registered before it was held to that
		}
		if err := ValidRedirectURI(presented); err != nil {
			return "", Refuse("invalid_request", "The "+err.Error()+".")
		}
		return presented, nil
	}
	return "", Refuse("invalid_request", "The redirect_uri is not registered for this client.")
}

// onlyRedirect returns the URI to use for a redirect_uri that was not sent; OpenID Connect requires one
// (Core section 3.1.2.1), and FAPI 2.0 (section 5.3.2.2).
func onlyRedirect(c storage.Client, required bool) (string, *Error) {
	if required || len(c.RedirectURIs) != 1 {
		return "", Refuse("invalid_request", "The redirect_uri is missing.")
	}
	if err := ValidRedirectURI(c.RedirectURIs[0]); err != nil {
		return "", Refuse("invalid_request", "The "+err.Error()+".")
	}
	return c.RedirectURIs[0], nil
}

// sameLoopback reports whether two URIs name the same place of the person's own computer but for the
// port. The three names of it are never taken for one another.
func sameLoopback(registered, presented string) bool {
	host, registeredRest, ok := cutLoopback(registered)
	if !ok {
		return false
	}
	other, rest, ok := cutLoopback(presented)
	if !ok || host != other {
		return false
	}
	rest, ok = cutPort(rest)
	if !ok {
		return false
	}
	if cut, ok := cutPort(registeredRest); ok {
		registeredRest = cut
	}
	return rest == registeredRest
}

func cutLoopback(uri string) (host, rest string, ok bool) {
	for _, host := range []string{"http://127.0.0.1", "http://[::1]", "http://localhost"} {
		rest, ok := strings.CutPrefix(uri, host)
		if ok && (rest == "" || strings.IndexByte(":/?", rest[0]) >= 0) { // not localhost.evil.test
			return host, rest, true
		}
	}
	return "", "", false
}

// cutPort removes ":1" … ":65535" from the front of rest.
func cutPort(rest string) (string, bool) {
	digits, ok := strings.CutPrefix(rest, ":")
	if !ok {
		return "", false
	}
	port, i := 0, 0
	for ; i < len(digits) && digits[i] >= '0' && digits[i] <= '9' && port <= 65535; i++ {
		port = port*10 + int(digits[i]-'0')
	}
	if port < 1 || port > 65535 || digits[0] == '0' {
		return "", false
	}
	return digits[i:], true
}

// AppendQuery adds fields to the query of a redirect URI, in order, and leaves unchanged every byte that was
// registered. Fields without a value are omitted.
func AppendQuery(redirectURI string, fields ...[2]string) string {
	var b strings.Builder
	b.WriteString(redirectURI)
	separator := "?"
	if strings.Contains(redirectURI, "?") {
		separator = "&"
	}
	if strings.HasSuffix(redirectURI, "?") || strings.HasSuffix(redirectURI, "&") {
		separator = ""
	}
	for _, f := range fields {
		if f[1] == "" {
			continue
		}
		b.WriteString(separator)
		b.WriteString(escape(f[0]))
		b.WriteByte('=')
		b.WriteString(escape(f[1]))
		separator = "&"
	}
	return b.String()
}

// escape writes a space as %20, which both form decoders and URI decoders read back.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
