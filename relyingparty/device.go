package relyingparty

import (
	"context"
	"errors"

	"golang.org/x/oauth2"
)

// Device is what the user enters, and where (RFC 8628 section 3.2).
type Device = oauth2.DeviceAuthResponse

// ByDevice runs the device flow: the browser may be on any device. show is given what to enter there.
func (c *Client) ByDevice(ctx context.Context, show func(*Device)) (*Tokens, error) {
	if c.oauth.Endpoint.DeviceAuthURL == "" {
		return nil, errors.New("the issuer has no device flow: it names no device_authorization_endpoint")
	}
	options := c.forResource()
	if c.Secret != "" {
		options = append(options, oauth2.SetAuthURLParam("client_secret", c.Secret))
	}
	device, err := c.oauth.DeviceAuth(c.context(ctx), options...)
	if err != nil {
		return nil, asRefusal(err)
	}
	show(device)
	token, err := c.oauth.DeviceAccessToken(c.context(ctx), device)
	if err != nil {
		return nil, asRefusal(err)
	}
	return c.verify(ctx, token, "")
}
