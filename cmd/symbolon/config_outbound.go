package main

import (
	"fmt"

	"github.com/symbolon-id/symbolon/outbound"
)

// inside is what may be asked beside the public internet.
func (c Config) inside() (outbound.Inside, error) {
	in, err := outbound.ParseInside(c.OutboundAllow)
	if err != nil {
		return in, fmt.Errorf("outbound_allow: %w", err)
	}
	return in, nil
}

func (c Config) checkOutbound() error {
	_, err := c.inside()
	return err
}

// fetchers make the requests to addresses that somebody else chose: registered clients, and strangers,
// who name the address of a document and what stands in it. These are let inside only where the operator
// has said which hosts documents are on; and however many they ask for, registered clients go on.
func (c Config) fetchers(dev bool) (registered, strangers *outbound.Client, err error) {
	in, err := c.inside()
	o := outbound.Options{Self: c.Issuer, Inside: in, Loopback: dev}
	registered = outbound.New(o)
	if len(c.Registration.AllowHosts) == 0 {
		o.Inside = outbound.Inside{}
	}
	return registered, outbound.New(o), err
}
