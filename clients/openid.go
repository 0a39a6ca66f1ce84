package clients

import (
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/symbolon-id/symbolon/legible"
	"github.com/symbolon-id/symbolon/storage"
)

// What OpenID Connect Dynamic Client Registration section 2 adds to a client.

const (
	maxACRs     = 16
	maxContacts = 10
	maxContact  = 254 // characters
)

// checkSubject: whoever has pairwise subjects needs a sector that somebody answers for.
func checkSubject(c storage.Client) error {
	if !slices.Contains([]string{"", storage.SubjectPublic, storage.SubjectPairwise}, c.SubjectType) {
		return invalid("subject_type", "%q is not supported; use public or pairwise", shorten(c.SubjectType))
	}
	if err := checkHTTPS("sector_identifier_uri", c.SectorIdentifierURI); err != nil {
		return err
	}
	if c.SubjectType == storage.SubjectPairwise && c.Sector() == "" {
		return invalid("sector_identifier_uri", "is required: pairwise subjects belong to one host, and the redirect URIs have none, several, or a loopback host")
	}
	return nil
}

// checkTelling judges in what form people are told about.
func checkTelling(c storage.Client) error {
	if !slices.Contains([]string{"", storage.IDTokenFull, storage.IDTokenMinimal}, c.IDTokenClaims) {
		return invalid("id_token_claims", "%q is not supported; use full or minimal", shorten(c.IDTokenClaims))
	}
	return nil
}

// checkDefaults judges what is meant when an authorization request does not say it.
func checkDefaults(c storage.Client) error {
	if c.DefaultMaxAge != nil && (*c.DefaultMaxAge < 0 || *c.DefaultMaxAge > math.MaxInt32) {
		return invalid("default_max_age", "is not a number of seconds")
	}
	if len(c.DefaultACRValues) > maxACRs {
		return invalid("default_acr_values", "more than %d", maxACRs)
	}
	for _, acr := range c.DefaultACRValues {
		if acr == "" || len(acr) > maxScope || strings.ContainsFunc(acr, notScopeChar) {
			return invalid("default_acr_values", "%q is not one value", shorten(acr))
		}
	}
	return nil
}

func checkContacts(c storage.Client) error {
	if len(c.Contacts) > maxContacts {
		return invalid("contacts", "more than %d", maxContacts)
	}
	for _, contact := range c.Contacts {
		if contact == "" || utf8.RuneCountInString(contact) > maxContact || !legible.Value(contact) {
			return invalid("contacts", "one is empty, too long, or holds characters that cannot be seen")
		}
	}
	return checkHTTPS("initiate_login_uri", c.InitiateLoginURI)
}

// checkApplication: a site has no scheme of its own. A native application may have one, or a loopback
// address, or claim an https address (RFC 8252 section 7.2), which is more than OpenID Connect lets it.
func checkApplication(c storage.Client) error {
	switch c.ApplicationType {
	case "", storage.AppNative:
		return nil
	case storage.AppWeb:
	default:
		return invalid("application_type", "%q is not supported; use web or native", shorten(c.ApplicationType))
	}
	for _, uri := range c.RedirectURIs {
		if u, err := url.Parse(uri); err != nil || u.Scheme != "https" && u.Scheme != "http" {
			return invalid("redirect_uris", "%q has a scheme that no web application has", shorten(uri))
		}
	}
	return nil
}

func checkHTTPS(field, uri string) error {
	if uri == "" {
		return nil
	}
	u, reason := absolute(uri)
	switch {
	case reason != "":
		return invalid(field, "%q %s", shorten(uri), reason)
	case u.Scheme != "https":
		return invalid(field, "%q must use https", shorten(uri))
	}
	if reason := badHost(u); reason != "" {
		return invalid(field, "%q %s", shorten(uri), reason)
	}
	return nil
}
