package clients

import (
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

func checkLinks(c storage.Client) error {
	for f := range metadata.Links() {
		uri := *f.Column(&c).(*string)
		if err := CheckLink(f.Name, uri); uri != "" && err != nil {
			return err
		}
	}
	return nil
}

// CheckLink returns an Invalid unless people can be shown the address: https, of a host. A logo, which
// we fetch and nobody follows, may also be on this machine; whether that is asked is up to package
// outbound.
func CheckLink(field, uri string) error {
	address, _, _ := strings.Cut(uri, "#")
	u, reason := absolute(address)
	switch {
	case reason != "":
		return invalid(field, "%q %s", shorten(uri), reason)
	case u.Scheme == "http" && field == "logo_uri" && isLoopback(u.Hostname()):
		return nil
	case u.Scheme != "https" || u.Opaque != "":
		return invalid(field, "%q is not an https address", shorten(uri))
	}
	if reason := badHost(u); reason != "" {
		return invalid(field, "%q %s", shorten(uri), reason)
	}
	return nil
}
