package registration

import (
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/clients"
)

// Rules are what the operator decides about clients that nobody registered by hand.
type Rules struct {
	NoDocuments  bool     // a client_id is never the address of one, not even of one known from before
	AllowHosts   []string // of documents: "example.com" and everything below it; empty: any
	DenyHosts    []string // goes before AllowHosts
	Scopes       []string // such a client may ask for; empty: clients.DefaultAppScopes
	Resources    []string // it may name (RFC 8707); the first is the default
	DetailTypes  []string // of authorization details (RFC 9396) it may ask for
	Certificates bool     // it may authenticate by certificates, and get tokens bound to them (RFC 8705)
	GrantTypes   []string // it may use; empty: authorization_code and refresh_token
}

func (r Rules) scopes() []string {
	if len(r.Scopes) == 0 {
		return clients.DefaultAppScopes()
	}
	return r.Scopes
}

func (r Rules) grantTypes() []string {
	if len(r.GrantTypes) == 0 {
		return []string{clients.GrantAuthorizationCode, clients.GrantRefreshToken}
	}
	return r.GrantTypes
}

// admits judges where a document or its keys are, whose host is in normal form.
func (r Rules) admits(u *url.URL) bool {
	return r.mayAsk(u) && (len(r.AllowHosts) == 0 || slices.ContainsFunc(r.AllowHosts, below(u.Hostname())))
}

// mayAsk judges a host that says nothing about a client: where its picture is.
func (r Rules) mayAsk(u *url.URL) bool {
	return !slices.ContainsFunc(r.DenyHosts, below(u.Hostname()))
}

func below(host string) func(domain string) bool {
	return func(domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }
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
