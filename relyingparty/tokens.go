package relyingparty

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Tokens are what signing in brought.
type Tokens struct {
	*oauth2.Token
	Scope       string
	RawIDToken  string
	IDToken     *Verified // nil when none was asked for
	AccessToken *Verified // nil when no key of the issuer signed it: only its resource can read it
}

// Verified is a token whose signature is the issuer's.
type Verified struct {
	Header Header
	Claims json.RawMessage
}

// Header is the JOSE header (RFC 7515 section 4.1).
type Header struct {
	Alg string `json:"alg"`
	KID string `json:"kid,omitempty"`
	Typ string `json:"typ,omitempty"`
}

const clockSkew = time.Minute // between the issuer and here

// verify judges the ID token as a client must (OpenID Connect Core section 3.1.3.7). An access token is its
// resource's to judge: that it cannot be read here is no fault.
func (c *Client) verify(ctx context.Context, token *oauth2.Token, nonce string) (*Tokens, error) {
	t := &Tokens{Token: token}
	t.Scope, _ = token.Extra("scope").(string)
	t.RawIDToken, _ = token.Extra("id_token").(string)
	if t.RawIDToken == "" && slices.Contains(c.Scopes, oidc.ScopeOpenID) {
		return nil, errors.New("the issuer gave no ID token, although openid was asked for")
	}
	if t.RawIDToken != "" {
		verified, err := c.idToken(ctx, t, nonce)
		if err != nil {
			return nil, fmt.Errorf("don't trust the ID token: %w", err)
		}
		t.IDToken = verified
	}
	if claims, err := c.keys.VerifySignature(c.context(ctx), token.AccessToken); err == nil {
		t.AccessToken = &Verified{headerOf(token.AccessToken), claims}
	}
	return t, nil
}

func (c *Client) idToken(ctx context.Context, t *Tokens, nonce string) (*Verified, error) {
	token, err := c.provider.VerifierContext(c.context(ctx), &oidc.Config{ClientID: c.ClientID}).Verify(c.context(ctx), t.RawIDToken)
	if err != nil {
		return nil, err
	}
	var claims json.RawMessage
	if err := token.Claims(&claims); err != nil {
		return nil, err
	}
	return &Verified{headerOf(t.RawIDToken), claims}, c.judge(token, t.Token.AccessToken, nonce)
}

// judge adds what the library expects of its caller.
func (c *Client) judge(token *oidc.IDToken, accessToken, nonce string) error {
	var claims struct {
		AuthorizedParty string `json:"azp"`
	}
	if err := token.Claims(&claims); err != nil {
		return err
	}
	switch {
	case len(token.Audience) > 1 && claims.AuthorizedParty != c.ClientID:
		return fmt.Errorf("aud is %q and azp %q: it is not for %s", token.Audience, claims.AuthorizedParty, c.ClientID)
	case token.IssuedAt.After(time.Now().Add(clockSkew)):
		return errors.New("iat is in the future: one of the two clocks is wrong")
	case token.Nonce != nonce:
		return errors.New("nonce is not the one we sent: it answers another request")
	case token.AccessTokenHash == "":
		return nil
	}
	return token.VerifyAccessToken(accessToken)
}

// headerOf reads the header of a token that was verified.
func headerOf(token string) (h Header) {
	encoded, _, _ := strings.Cut(token, ".")
	if raw, err := base64.RawURLEncoding.DecodeString(encoded); err == nil {
		_ = json.Unmarshal(raw, &h)
	}
	return h
}
