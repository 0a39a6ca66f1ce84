package relyingparty

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Request is one authorization request with PKCE (RFC 7636), and what its response is checked against.
type Request struct{ RedirectURI, State, Nonce, Verifier string }

// NewRequest returns a request with fresh secrets.
func NewRequest(redirectURI string) *Request {
	return &Request{RedirectURI: redirectURI, State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
}

// URL is where the browser goes with q.
func (c *Client) URL(q *Request) string {
	options := append(c.forResource(), oidc.Nonce(q.Nonce), oauth2.S256ChallengeOption(q.Verifier))
	return c.with(q).AuthCodeURL(q.State, options...)
}

// Redeem judges the response to q, exchanges its code and verifies the tokens. An issuer's error is a
// Refusal.
func (c *Client) Redeem(ctx context.Context, q *Request, response url.Values) (*Tokens, error) {
	if err := c.judgeResponse(q, response); err != nil {
		return nil, err
	}
	token, err := c.with(q).Exchange(c.context(ctx), response.Get("code"), oauth2.VerifierOption(q.Verifier))
	if err != nil {
		return nil, asRefusal(err)
	}
	return c.verify(ctx, token, q.Nonce)
}

// Refresh exchanges a refresh token (RFC 6749 section 6).
func (c *Client) Refresh(ctx context.Context, refreshToken string) (*oauth2.Token, error) {
	token, err := c.oauth.TokenSource(c.context(ctx), &oauth2.Token{RefreshToken: refreshToken}).Token()
	return token, asRefusal(err)
}

// Userinfo asks the issuer for the claims that the access token is good for (OpenID Connect Core section
// 5.3).
func (c *Client) Userinfo(ctx context.Context, t *Tokens) (*oidc.UserInfo, error) {
	return c.provider.UserInfo(c.context(ctx), oauth2.StaticTokenSource(t.Token))
}

func (c *Client) with(q *Request) *oauth2.Config {
	config := c.oauth
	config.RedirectURL = q.RedirectURI
	return &config
}

// isFor reports whether the response answers q.
func (q *Request) isFor(response url.Values) bool {
	return subtle.ConstantTimeCompare([]byte(response.Get("state")), []byte(q.State)) == 1
}

// judgeResponse is RFC 6749 section 4.1.2 with RFC 9207.
func (c *Client) judgeResponse(q *Request, response url.Values) error {
	iss, named := response.Get("iss"), response.Has("iss")
	switch {
	case !q.isFor(response):
		return errors.New("state is not the one we sent: the response is to another request")
	case named && iss != c.Issuer, !named && c.sendsIssuer:
		return fmt.Errorf("the response is from %q, not from %s: this may be a mix-up attack", iss, c.Issuer)
	case response.Get("error") != "":
		return Refusal{response.Get("error"), response.Get("error_description")}
	case response.Get("code") == "":
		return errors.New("the response holds no code")
	}
	return nil
}
