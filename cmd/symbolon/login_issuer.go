package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// openIDProvider is what somebody's issuer says of itself (OpenID Connect Discovery section 3).
type openIDProvider struct {
	Issuer        string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	Device        string `json:"device_authorization_endpoint"`
	JWKS          string `json:"jwks_uri"`
	SendsIssuer   bool   `json:"authorization_response_iss_parameter_supported"`

	http *http.Client
}

const maxAnswer = 1 << 20 // bytes; more is no answer of an issuer

func discover(ctx context.Context, issuer string) (*openIDProvider, error) {
	op := &openIDProvider{http: &http.Client{Timeout: 15 * time.Second}}
	body, err := op.get(ctx, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, op); err != nil {
		return nil, fmt.Errorf("%s tells of itself in no JSON: %w", issuer, err)
	}
	if op.Issuer != issuer { // OpenID Connect Discovery section 4.3: who says so could be anybody
		return nil, fmt.Errorf("asked %s, and it says to be %q: they must be the same, byte for byte", issuer, op.Issuer)
	}
	if op.Token == "" || op.JWKS == "" {
		return nil, fmt.Errorf("%s names no token_endpoint or no jwks_uri", issuer)
	}
	return op, nil
}

func (op *openIDProvider) get(ctx context.Context, address string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	status, body, err := op.do(r)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("%s answers %d %s", address, status, http.StatusText(status))
	}
	return body, nil
}

func (op *openIDProvider) do(r *http.Request) (status int, body []byte, err error) {
	response, err := op.http.Do(r)
	if err != nil {
		return 0, nil, fmt.Errorf("no answer: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return response.StatusCode, body, err
}

// oauthRefusal is what an issuer says instead of giving (RFC 6749 section 5.2).
type oauthRefusal struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func (e oauthRefusal) Error() string {
	if e.Description == "" {
		return printable("the issuer refuses: " + e.Code)
	}
	return printable("the issuer refuses: " + e.Code + ": " + e.Description)
}

// post sends a form as this client, and reads the answer into one of the two.
func (l *loginWalk) post(ctx context.Context, address string, form url.Values, into any) error {
	if l.wish.secret == "" {
		form.Set("client_id", l.wish.clientID)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	if l.wish.secret != "" {
		r.SetBasicAuth(url.QueryEscape(l.wish.clientID), url.QueryEscape(l.wish.secret))
	}
	status, body, err := l.issuer.do(r)
	if err != nil {
		return err
	}
	var refusal oauthRefusal
	if json.Unmarshal(body, &refusal) == nil && refusal.Code != "" {
		return refusal
	}
	if status != http.StatusOK {
		return fmt.Errorf("%s answers %d %s", address, status, http.StatusText(status))
	}
	return json.Unmarshal(body, into)
}
