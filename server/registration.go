package server

import (
	"net/http"

	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/provider"
	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/web"
)

var _ provider.Clients = (*registration.Clients)(nil)

// clients are the registered ones, and those that publish a document.
func (i *issuer) clients() *registration.Clients {
	return &registration.Clients{
		Store: i.db, Consents: i.db, Fetch: i.strangers, Rules: i.config.Rules(), Logos: i.logos(i.strangers),
		Limiter: i.limiter, Audit: i.audit,
	}
}

func (i *issuer) logos(fetch *outbound.Client) *registration.Logos {
	return &registration.Logos{
		Base: i.site.Base, Store: i.db, Fetch: fetch, Rules: i.config.Rules(), Limiter: i.limiter,
	}
}

// mountRegistration lets software register itself, if the operator allows it.
func (i *issuer) mountRegistration() {
	r := i.config.Registration
	i.logos(i.registered).Mount(i.mux)
	if r.Mode == config.RegistrationOff || r.Mode == "" {
		// Agents try the path unasked, and read JSON only.
		i.mux.API("POST "+i.site.Base+"/register", func(http.ResponseWriter, *http.Request) error {
			return &web.Error{Status: http.StatusNotFound, Message: i18n.Verbatim("Software cannot register itself here; the operator can register it.")}
		})
		return
	}
	tokens, _ := registration.ParseInitialTokens(r.Tokens) // judged by check; without any, nobody registers
	endpoint := &registration.Endpoint{
		Issuer: i.site.Issuer, Store: i.db, Fetch: i.registered, Rules: i.config.Rules(), Logos: i.logos(i.registered),
		Tokens: tokens, Open: r.Mode == config.RegistrationOpen, Limiter: i.limiter, Audit: i.audit,
	}
	endpoint.Mount(i.mux, i.site.Base)
}
