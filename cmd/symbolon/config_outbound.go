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

// fetcher makes the requests to addresses that somebody else chose.
func (c Config) fetcher(dev bool) (*outbound.Client, error) {
	in, err := c.inside()
	return outbound.New(outbound.Options{Self: c.Issuer, Inside: in, Loopback: dev}), err
}
