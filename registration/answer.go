package registration

import (
	"net/url"
	"strings"

	"github.com/symbolon-id/symbolon/clients"
)

// answer returns what RFC 7591 section 3.2.1 and RFC 7592 section 3 want: everything as it is in effect,
// and nothing that is null.
func (e *Endpoint) answer(m made) clients.Members {
	a := clients.Members{{Name: "client_id", Value: m.ID}}
	add := func(when bool, name string, value any) {
		if when {
			a = append(a, clients.Member{Name: name, Value: value})
		}
	}
	add(m.secret != "", "client_secret", m.secret)
	add(true, "client_id_issued_at", m.CreatedAt.Unix())
	add(hasSecret(m.Client), "client_secret_expires_at", 0) // never
	if m.manage != "" {                                     // a shared client cannot be managed
		add(true, "registration_access_token", m.manage)
		add(true, "registration_client_uri", strings.TrimSuffix(e.Issuer, "/")+"/register/"+url.PathEscape(m.ID))
	}
	add(true, "response_types", []string{"code"})
	inEffect := m.Client
	inEffect.Scopes = m.ScopesByDefault()
	if m.authMethod != "" { // a client with a secret may send it either way, whichever it registered
		inEffect.AuthMethod = m.authMethod
	}
	return append(a, clients.Metadata().Answer(inEffect)...)
}
