package config

import (
	"fmt"

	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/web"
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

// Fetchers returns what makes requests to addresses that others chose: registered clients, and strangers,
// who name the address of a document and what it contains. These are let inside only where the operator
// has said which hosts documents are on; and however many they ask for, registered clients go on.
//
// Notices of a logout have a client to themselves: requests that wait for keys do not delay them.
func (c Config) Fetchers(dev bool) (registered, strangers, notices *outbound.Client, err error) {
	in, err := c.inside()
	o := outbound.Options{Self: c.Issuer, Inside: in, Loopback: dev}
	notices = outbound.New(o)
	o.Wait = (&web.WaitingRoom{PerURL: 128, PerNetwork: 64, All: 1024}).Enter
	registered = outbound.New(o)
	if len(c.Registration.AllowHosts) == 0 {
		o.Inside = outbound.Inside{}
	}
	o.Wait = (&web.WaitingRoom{PerURL: 32, PerNetwork: 8, All: 1024}).Enter
	return registered, outbound.New(o), notices, err
}
