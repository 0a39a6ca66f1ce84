package storage

import (
	"net/netip"
	"net/url"
	"strings"
)

// Subject types of a client (OpenID Connect Core section 8).
const (
	SubjectPublic   = "public" // also what an empty one means
	SubjectPairwise = "pairwise"
)

// IDTokenMinimal keeps the claims of the scopes to userinfo; without it, ID tokens hold them too.
const (
	IDTokenFull    = "full" // also what an empty one means
	IDTokenMinimal = "minimal"
)

// Sector names who answers for this client: clients of one sector know a person by the same pairwise
// subject. It is the host of the sector_identifier_uri, else the one host of all redirect URIs. "" when
// there is no such host; one that anyone could answer at, like localhost, is none.
func (m ClientMetadata) Sector() string {
	if m.SectorIdentifierURI != "" {
		return hostOf(m.SectorIdentifierURI)
	}
	sector := ""
	for i, uri := range m.RedirectURIs {
		host := hostOf(uri)
		if host == "" || i > 0 && host != sector {
			return ""
		}
		sector = host
	}
	return sector
}

// hostOf returns the host of an https URL, "" when no one can own it.
func hostOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "https" || u.Hostname() == "localhost" {
		return ""
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.IsLoopback() {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
