package clients

import (
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// SameFace tells whether people who allowed something to the client as it was would know it as it
// is now: the same name and logo, hosts they are sent to, and way to prove itself. Otherwise they
// are asked again.
func SameFace(was, is storage.Client) bool {
	return was.Name == is.Name && was.LogoURI == is.LogoURI &&
		was.Public == is.Public && was.AuthMethod == is.AuthMethod &&
		slices.Equal(places(was), places(is)) && provenBy(was, is)
}

// provenBy tells whether whoever can act as the client now could before: keys may go, none may
// come, nor may the host that publishes them or the name in the certificates be another. It goes by the
// keys themselves (RFC 7638), so that their order, names and uses do not matter.
func provenBy(was, is storage.Client) bool {
	if is.JWKSURI != "" && PlaceOf(is.JWKSURI) != PlaceOf(was.JWKSURI) {
		return false
	}
	if !slices.Equal(keys.SubjectNames(was), keys.SubjectNames(is)) {
		return false
	}
	before := keys.Thumbprints(was.JWKS)
	for _, print := range keys.Thumbprints(is.JWKS) {
		if !slices.Contains(before, print) {
			return false
		}
	}
	return true
}

// places are the hosts a client may send people to, or the schemes of its own.
func places(c storage.Client) []string {
	var all []string
	for _, uri := range c.RedirectURIs {
		all = append(all, PlaceOf(uri))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// PlaceOf is where a redirect URI leads: its host, or the scheme that some app has claimed.
func PlaceOf(uri string) string {
	u, err := url.Parse(uri)
	switch {
	case err != nil:
		return ""
	case u.Hostname() != "":
		return strings.ToLower(u.Hostname())
	}
	return u.Scheme
}
