package registration

import (
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/agents"
)

// Rules are what the operator decides about clients that nobody registered by hand.
type Rules struct {
	Issuer      string   // documents on its host are refused: it would ask itself
	NoDocuments bool     // a client_id is never the address of one, not even of one known from before
	AllowHosts  []string // of documents: "example.com" and everything below it; empty: any
	DenyHosts   []string // goes before AllowHosts
	Scopes      []string // such a client may ask for; empty: agents.DefaultAppScopes
	Resources   []string // it may name (RFC 8707); the first is the default
	GrantTypes  []string // it may use; empty: authorization_code and refresh_token
}

func (r Rules) scopes() []string {
	if len(r.Scopes) == 0 {
		return agents.DefaultAppScopes()
	}
	return r.Scopes
}

func (r Rules) grantTypes() []string {
	if len(r.GrantTypes) == 0 {
		return []string{agents.GrantAuthorizationCode, agents.GrantRefreshToken}
	}
	return r.GrantTypes
}

// admits judges the host of a document, which is in normal form.
func (r Rules) admits(host string) bool {
	below := func(domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }
	return host != hostOf(r.Issuer) && !slices.ContainsFunc(r.DenyHosts, below) &&
		(len(r.AllowHosts) == 0 || slices.ContainsFunc(r.AllowHosts, below))
}

// intersect keeps of wanted what is supported, once each and in the order of wanted.
func intersect(wanted, supported []string) []string {
	var both []string
	for _, w := range wanted {
		if slices.Contains(supported, w) && !slices.Contains(both, w) {
			both = append(both, w)
		}
	}
	return both
}
