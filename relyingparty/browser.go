package relyingparty

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// ByBrowser runs the authorization code flow with PKCE. redirectURI is a loopback URI that the client
// registered; without a port a free one is taken. open is given the address to sign in at.
func (c *Client) ByBrowser(ctx context.Context, redirectURI string, open func(address string)) (*Tokens, error) {
	if c.oauth.Endpoint.AuthURL == "" {
		return nil, errors.New("the issuer names no authorization_endpoint")
	}
	listener, redirect, err := listen(redirectURI)
	if err != nil {
		return nil, err
	}
	q := NewRequest(redirect.String())
	back := c.newCallback(redirect, q)
	defer serve(listener, back)()
	open(c.URL(q))
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case response := <-back.responses:
		return c.Redeem(ctx, q, response)
	}
}

// serve returns a function that stops serving once the browser has its last words.
func serve(listener net.Listener, handler http.Handler) (stop func()) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return func() {
		patience, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(patience)
	}
}

func listen(uri string) (net.Listener, *url.URL, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return nil, nil, err
	}
	host, port := u.Hostname(), u.Port()
	if port == "" {
		port = "0"
	}
	if host == "localhost" {
		host = "127.0.0.1" // RFC 8252 section 8.3: a name can be made to mean another address
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, nil, fmt.Errorf("wait for the browser: %w", err)
	}
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	u.Host = net.JoinHostPort(u.Hostname(), port)
	return listener, u, nil
}
