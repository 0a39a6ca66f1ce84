package main

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/keys"
)

const clockSkew = time.Minute // between the issuer and here

// inspect verifies what the issuer has given, as a client must (OpenID Connect Core section 3.1.3.7).
// An access token is its resource's to judge: that it cannot be read is no fault.
func (l *loginWalk) inspect(ctx context.Context, answer tokenAnswer) (loginView, error) {
	if answer.AccessToken == "" {
		return loginView{}, errors.New("the issuer gave no access token")
	}
	jwks, err := l.issuer.get(ctx, l.issuer.JWKS)
	if err != nil {
		return loginView{}, err
	}
	view := loginView{
		Issuer: l.issuer.Issuer, ClientID: l.wish.clientID, Scope: answer.Scope, TokenType: answer.TokenType,
		ExpiresIn: answer.ExpiresIn, RefreshToken: answer.RefreshToken != "", now: time.Now(),
	}
	if answer.IDToken == "" && slices.Contains(strings.Fields(l.wish.scope), "openid") {
		return view, errors.New("the issuer gave no ID token, although openid was asked for")
	}
	if answer.IDToken != "" {
		if view.IDToken, err = l.idToken(jwks, answer, view.now); err != nil {
			return view, fmt.Errorf("the ID token is not to be trusted: %w", err)
		}
	}
	view.AccessToken = accessToken(jwks, answer.AccessToken)
	if l.wish.raw {
		view.Raw = &rawTokens{answer.AccessToken, answer.IDToken, answer.RefreshToken}
	}
	return view, nil
}

func (l *loginWalk) idToken(jwks []byte, answer tokenAnswer, now time.Time) (*tokenView, error) {
	payload, header, err := keys.VerifyIssued(jwks, answer.IDToken)
	if err != nil {
		return nil, err
	}
	view, err := viewToken(payload, header)
	if err != nil {
		return nil, err
	}
	var c idClaims
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, fmt.Errorf("its claims are malformed: %w", err)
	}
	return view, c.judge(l, answer.AccessToken, header.Alg, now)
}

// idClaims are those that decide whether an ID token is for us, now.
type idClaims struct {
	Issuer     string       `json:"iss"`
	Audience   audienceList `json:"aud"`
	Authorized string       `json:"azp"`
	Nonce      string       `json:"nonce"`
	ExpiresAt  float64      `json:"exp"`
	IssuedAt   float64      `json:"iat"`
	TokenHash  string       `json:"at_hash"`
}

// audienceList is one string or a list of them (RFC 7519 section 4.1.3).
type audienceList []string

func (a *audienceList) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audienceList{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

func (c idClaims) judge(l *loginWalk, accessToken, alg string, now time.Time) error {
	id := l.wish.clientID
	switch {
	case c.Issuer != l.issuer.Issuer:
		return fmt.Errorf("iss is %q, not %s", c.Issuer, l.issuer.Issuer)
	case !slices.Contains(c.Audience, id) || len(c.Audience) > 1 && c.Authorized != id:
		return fmt.Errorf("aud is %q: it is not for %s", []string(c.Audience), id)
	case now.After(moment(c.ExpiresAt).Add(clockSkew)):
		return fmt.Errorf("it has expired %s", inWords(moment(c.ExpiresAt).Sub(now)))
	case moment(c.IssuedAt).After(now.Add(clockSkew)):
		return errors.New("iat is in the future: one of the two clocks is wrong")
	case c.Nonce != l.nonce:
		return errors.New("nonce is not the one we sent: it answers another request")
	case c.TokenHash != "" && c.TokenHash != tokenHash(alg, accessToken):
		return errors.New("at_hash is of another access token")
	}
	return nil
}

// tokenHash is at_hash (OpenID Connect Core section 3.1.3.6).
func tokenHash(alg, token string) string {
	if alg == keys.EdDSA {
		sum := sha512.Sum512([]byte(token))
		return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

func accessToken(jwks []byte, token string) *tokenView {
	payload, header, err := keys.VerifyIssued(jwks, token)
	if err != nil {
		return &tokenView{Opaque: true}
	}
	view, err := viewToken(payload, header)
	if err != nil {
		return &tokenView{Opaque: true}
	}
	return view
}

func moment(seconds float64) time.Time { return time.Unix(int64(seconds), 0) }
