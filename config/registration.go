package config

import (
	"errors"
	"fmt"
	"slices"

	"github.com/symbolon-id/symbolon/registration"
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
	RegistrationOff   = "off"
	RegistrationToken = "token"
	RegistrationOpen  = "open"
)

func (r Registration) check() error {
	if !slices.Contains([]string{RegistrationOff, RegistrationToken, RegistrationOpen}, r.Mode) {
		return errors.New("registration must be off, token or open")
	}
	if _, err := registration.ParseInitialTokens(r.Tokens); err != nil {
		return fmt.Errorf("registration_tokens: %w", err)
	}
	return nil
}

// Rules returns what software that registers itself may have.
func (c Config) Rules() registration.Rules {
	r := c.Registration
	return registration.Rules{
		NoDocuments: !r.Documents, AllowHosts: r.AllowHosts, DenyHosts: r.DenyHosts, Scopes: r.Scopes, Resources: r.Resources,
		Certificates: c.TLS.Mutual(), DetailTypes: r.DetailTypes,
	}
}
