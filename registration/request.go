package registration

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

func readBody(r *http.Request) (object, error) {
	if !isJSON(r.Header) {
		return nil, malformed("The request must be JSON (Content-Type: application/json).")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read registration: %w", err)
	}
	return parseObject(body)
}

// wanted is a valid client as it was asked for.
type wanted struct {
	storage.Client
	authMethod string
}

// client reads what is asked for. What a caller cannot choose (client_id, client_secret, times) is
// ignored, like every member that nobody knows.
func (e *Endpoint) client(ctx context.Context, o object) (wanted, error) {
	if o["software_statement"] != nil {
		return wanted{}, refuse(invalidStatement, "Software statements are not accepted: no issuer of them is trusted.")
	}
	if err := checkLinks(o); err != nil {
		return wanted{}, err
	}
	m, err := readMetadata(o, clients.Metadata())
	if err != nil {
		return wanted{}, err
	}
	if m.authMethod == "" {
		m.authMethod = "client_secret_basic" // RFC 7591 section 2
	}
	c, err := m.client(e.Rules)
	if err != nil {
		return wanted{}, err
	}
	if err := authenticate(&c, m, e.Rules); err != nil {
		return wanted{}, err
	}
	if err := clients.Validate(c); err != nil {
		return wanted{}, judged(err)
	}
	if err := e.checkAsked(c.ClientMetadata); err != nil {
		return wanted{}, err
	}
	return wanted{c, m.authMethod}, unfetched(sectors{e.Fetch, e.Rules, e.Limiter}.check(ctx, c.ClientMetadata))
}

// checkAsked refuses addresses that nobody will ever ask, so that who registers them hears of it.
func (e *Endpoint) checkAsked(m storage.ClientMetadata) error {
	for field, uri := range map[string]string{"jwks_uri": m.JWKSURI, "backchannel_logout_uri": m.BackchannelLogoutURI} {
		if uri == "" {
			continue
		}
		if _, err := e.Fetch.Check(uri); err != nil {
			return malformed(field + " is not an address that is asked.")
		}
	}
	return nil
}

func authenticate(c *storage.Client, m metadata, r Rules) error {
	switch {
	case slices.Contains(r.keyed(), m.authMethod):
		c.AuthMethod = m.authMethod
	case !slices.Contains([]string{none, "client_secret_basic", "client_secret_post"}, m.authMethod):
		return malformed("token_endpoint_auth_method is not supported.")
	}
	if m.needsKeys() {
		c.JWKS, c.JWKSURI = m.JWKS, m.JWKSURI
	}
	return nil
}

// checkLinks refuses what is no web address: nobody shall think that a javascript: URL was accepted.
// Of the others, those that are https are kept.
func checkLinks(o object) error {
	for f := range clients.Metadata().Links() {
		text, err := o.text(f.Name)
		if err != nil {
			return err
		}
		u, err := url.Parse(text)
		if text != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" ||
			len(text) > 2048 || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })) {
			return malformed(f.Name + " is not a web address.")
		}
	}
	return nil
}
