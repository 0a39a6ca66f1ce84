package oauth

import (
	"net/url"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// Origin returns the origin of a web address as browsers write it (RFC 6454 section 6.2), or "" when it has none
// that could stand in a header.
func Origin(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || !isWeb(u.Scheme) || u.Host == "" || strings.ContainsFunc(u.Host, notInHost) {
		return ""
	}
	standard := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	return u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), standard)
}

func notInHost(r rune) bool {
	letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	return !letter && !strings.ContainsRune("-.:[]_", r)
}

// Software that registered itself chose its own redirect URIs. A link to /authorize or /logout that sends
// the browser there at once would lend our address to any site (RFC 9700 section 4.11.2): who has been
// shown no page yet gets one, and goes on by themselves.

// Unapproved reports whether no operator has looked at the client.
func Unapproved(c storage.Client) bool { return c.SelfRegistered() && !c.Approved }

// ShownAddress returns how an address is shown to a person: its host, or the scheme when an app on their device takes it.
func ShownAddress(uri string) string {
	scheme, _, _ := strings.Cut(uri, ":")
	if isWeb(scheme) {
		return strings.ToLower(authority(uri))
	}
	return scheme + ":"
}
