package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/provider"
	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/web"
)

// Registration is how software becomes a client that no operator has registered.
type Registration struct {
	Mode       string   // registrationOff, registrationToken or registrationOpen
	Tokens     []string // SHA-256 digests of initial access tokens, hexadecimal
	Documents  bool     // a client_id may be the address of a metadata document
	AllowHosts []string // of such documents; empty: any
	DenyHosts  []string
	Scopes     []string // such software may ask for
	Resources  []string // it may name; the first is its default

	DetailTypes []string // of authorization details, that it may ask for
}

const (
	registrationOff   = "off"
	registrationToken = "token"
	registrationOpen  = "open"
)

func (r Registration) check() error {
	if !slices.Contains([]string{registrationOff, registrationToken, registrationOpen}, r.Mode) {
		return errors.New("registration must be off, token or open")
	}
	if _, err := registration.ParseInitialTokens(r.Tokens); err != nil {
		return fmt.Errorf("registration_tokens: %w", err)
	}
	return nil
}

func (c Config) rules() registration.Rules {
	r := c.Registration
	return registration.Rules{
		NoDocuments: !r.Documents, AllowHosts: r.AllowHosts, DenyHosts: r.DenyHosts, Scopes: r.Scopes, Resources: r.Resources,
		Certificates: c.TLS.mutual(), DetailTypes: r.DetailTypes,
	}
}

var _ provider.Clients = (*registration.Clients)(nil)

// clients are the registered ones, and those that publish a document.
func (n *node) clients() *registration.Clients {
	return &registration.Clients{
		Store: n.db, Consents: n.db, Fetch: n.strangers, Rules: n.config.rules(), Logos: n.logos(n.strangers),
		Limiter: web.Limiter{Counter: n.counter}, Audit: n.audit,
	}
}

// clientKeys are those that registered clients publish themselves.
func (n *node) clientKeys() provider.ClientKeys {
	return &registration.KeySets{Fetch: n.outbound, Limiter: web.Limiter{Counter: n.counter}}
}

func (n *node) logos(fetch *outbound.Client) *registration.Logos {
	return &registration.Logos{
		Base: n.base, Store: n.db, Fetch: fetch, Rules: n.config.rules(), Limiter: web.Limiter{Counter: n.counter},
	}
}

// mountRegistration lets software register itself, if the operator allows it.
func (n *node) mountRegistration() {
	r := n.config.Registration
	n.logos(n.outbound).Mount(n.mux)
	if r.Mode == registrationOff || r.Mode == "" {
		// Agents try the path unasked, and read JSON only.
		n.mux.API("POST "+n.base+"/register", func(http.ResponseWriter, *http.Request) error {
			return &web.Error{Status: http.StatusNotFound, Message: "Software cannot register itself here; the operator can register it."}
		})
		return
	}
	tokens, _ := registration.ParseInitialTokens(r.Tokens) // judged by check; without any, nobody registers
	endpoint := &registration.Endpoint{
		Issuer: n.config.Issuer, Store: n.db, Fetch: n.outbound, Rules: n.config.rules(), Logos: n.logos(n.outbound),
		Tokens: tokens, Open: r.Mode == registrationOpen, Limiter: web.Limiter{Counter: n.counter}, Audit: n.audit,
	}
	endpoint.Mount(n.mux, n.base)
}
