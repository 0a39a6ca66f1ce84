// Package relyingparty signs in with any OpenID Connect issuer as an application does: by the authorization
// code flow of a native app (RFC 8252) or by the device flow (RFC 8628). It verifies what comes back.
// symbolon login is built on it.
package relyingparty

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Registration is how the issuer knows the client, and what the client asks for.
type Registration struct {
	ClientID string
	Secret   string // "" for a public client
	Scopes   []string
	Resource string // that the access token is for (RFC 8707); "" for the client's default

	Transport http.RoundTripper // nil: the default one
}

// Client is an OpenID Connect client of one issuer.
type Client struct {
	Registration
	Issuer string

	provider    *oidc.Provider
	oauth       oauth2.Config
	keys        oidc.KeySet
	sendsIssuer bool // authorization responses name the issuer (RFC 9207)
	http        *http.Client
}

// Discover reads the issuer's metadata (OpenID Connect Discovery section 4). It refuses metadata of any
// other issuer, since that could be anyone's.
func Discover(ctx context.Context, issuer string, r Registration) (*Client, error) {
	if r.Transport == nil {
		r.Transport = http.DefaultTransport
	}
	c := &Client{Registration: r, Issuer: issuer, http: &http.Client{Timeout: 15 * time.Second, Transport: bounded{r.Transport}}}
	var err error
	if c.provider, err = oidc.NewProvider(c.context(ctx), issuer); err != nil {
		return nil, fmt.Errorf("discover %s: %w", issuer, err)
	}
	var metadata struct {
		JWKS        string `json:"jwks_uri"`
		SendsIssuer bool   `json:"authorization_response_iss_parameter_supported"`
	}
	if err := c.provider.Claims(&metadata); err != nil {
		return nil, fmt.Errorf("read metadata of %s: %w", issuer, err)
	}
	endpoint := c.provider.Endpoint()
	if endpoint.TokenURL == "" || metadata.JWKS == "" {
		return nil, fmt.Errorf("%s names no token_endpoint or no jwks_uri", issuer)
	}
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if r.Secret == "" {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	c.sendsIssuer = metadata.SendsIssuer
	c.keys = oidc.NewRemoteKeySet(c.context(ctx), metadata.JWKS)
	c.oauth = oauth2.Config{ClientID: r.ClientID, ClientSecret: r.Secret, Endpoint: endpoint, Scopes: r.Scopes}
	return c, nil
}

// context has both libraries use the client's own HTTP client.
func (c *Client) context(ctx context.Context) context.Context { return oidc.ClientContext(ctx, c.http) }

// forResource adds the resource to a request.
func (c *Client) forResource() []oauth2.AuthCodeOption {
	if c.Resource == "" {
		return nil
	}
	return []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("resource", c.Resource)}
}

const maxAnswer = 1 << 20 // bytes; no issuer has more to say

// bounded cuts off what an issuer sends beyond maxAnswer.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Body = limitedBody{io.LimitReader(response.Body, maxAnswer), response.Body}
	}
	return response, err
}

type limitedBody struct {
	io.Reader
	io.Closer
}

// Refusal is an issuer's error (RFC 6749 sections 4.1.2.1 and 5.2).
type Refusal struct{ Code, Description string }

func (e Refusal) Error() string {
	if e.Description == "" {
		return "the issuer refused: " + e.Code
	}
	return "the issuer refused: " + e.Code + ": " + e.Description
}

// asRefusal turns the library's error into a Refusal where the issuer named one.
func asRefusal(err error) error {
	if failed, ok := errors.AsType[*oauth2.RetrieveError](err); ok && failed.ErrorCode != "" {
		return Refusal{failed.ErrorCode, failed.ErrorDescription}
	}
	return err
}
