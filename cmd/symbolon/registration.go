package main

import (
	"net/http"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/provider"
	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/web"

	"github.com/symbolon-id/symbolon/config"
)

var _ provider.Clients = (*registration.Clients)(nil)

// clients are the registered ones, and those that publish a document.
func (n *node) clients() *registration.Clients {
	return &registration.Clients{
		Store: n.db, Consents: n.db, Fetch: n.strangers, Rules: n.config.Rules(), Logos: n.logos(n.strangers),
		Limiter: web.Limiter{Counter: n.counter}, Audit: n.audit,
	}
}

// clientKeys are those that registered clients publish themselves.
func (n *node) clientKeys() provider.ClientKeys {
	return &registration.KeySets{Fetch: n.outbound, Limiter: web.Limiter{Counter: n.counter}}
}

func (n *node) logos(fetch *outbound.Client) *registration.Logos {
	return &registration.Logos{
		Base: n.base, Store: n.db, Fetch: fetch, Rules: n.config.Rules(), Limiter: web.Limiter{Counter: n.counter},
	}
}

// mountRegistration lets software register itself, if the operator allows it.
func (n *node) mountRegistration() {
	r := n.config.Registration
	n.logos(n.outbound).Mount(n.mux)
	if r.Mode == config.RegistrationOff || r.Mode == "" {
		// Agents try the path unasked, and read JSON only.
		n.mux.API("POST "+n.base+"/register", func(http.ResponseWriter, *http.Request) error {
			return &web.Error{Status: http.StatusNotFound, Message: i18n.Verbatim("Software cannot register itself here; the operator can register it.")}
		})
		return
	}
	tokens, _ := registration.ParseInitialTokens(r.Tokens) // judged by check; without any, nobody registers
	endpoint := &registration.Endpoint{
		Issuer: n.config.Issuer, Store: n.db, Fetch: n.outbound, Rules: n.config.Rules(), Logos: n.logos(n.outbound),
		Tokens: tokens, Open: r.Mode == config.RegistrationOpen, Limiter: web.Limiter{Counter: n.counter}, Audit: n.audit,
	}
	endpoint.Mount(n.mux, n.base)
}
