package clients

import (
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// checkLogout judges where a client wants to be told that a session ended. Both addresses are shown to
// nobody, but one is asked by our server and one loaded by the browser of whoever signs out.
func checkLogout(c storage.Client) error {
	if reason := badLogoutURI(c.BackchannelLogoutURI); reason != "" {
		return invalid("backchannel_logout_uri", "%q %s", shorten(c.BackchannelLogoutURI), reason)
	}
	if c.BackchannelLogoutURI != "" && !hasPath(c.BackchannelLogoutURI) { // package outbound asks for no other
		return invalid("backchannel_logout_uri", "%q needs a path, such as /logout", shorten(c.BackchannelLogoutURI))
	}
	if reason := badLogoutURI(c.FrontchannelLogoutURI); reason != "" {
		return invalid("frontchannel_logout_uri", "%q %s", shorten(c.FrontchannelLogoutURI), reason)
	}
	// Front-Channel Logout section 2: else a client could have any site loaded with its cookies.
	if c.FrontchannelLogoutURI != "" && !slices.ContainsFunc(c.RedirectURIs, sameSite(c.FrontchannelLogoutURI)) {
		return invalid("frontchannel_logout_uri", "must have the scheme, host and port of a redirect URI")
	}
	return nil
}

// badLogoutURI says why nobody can be told at uri, or nothing; empty is none.
func badLogoutURI(uri string) string {
	if uri == "" {
		return ""
	}
	if reason := badRedirect(uri); reason != "" {
		return reason
	}
	if !strings.HasPrefix(uri, "https://") && !strings.HasPrefix(uri, "http://") {
		return "must use https"
	}
	return ""
}

func hasPath(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && strings.HasPrefix(u.EscapedPath(), "/")
}

// sameSite compares origins; of a loopback address the port is free, as when it is redirected to.
func sameSite(uri string) func(string) bool {
	to, err := url.Parse(uri)
	return func(other string) bool {
		from, failed := url.Parse(other)
		if err != nil || failed != nil || from.Scheme != to.Scheme {
			return false
		}
		return from.Host == to.Host || isLoopback(to.Hostname()) && from.Hostname() == to.Hostname()
	}
}
