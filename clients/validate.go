package clients

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// Grant types a client can be registered for.
const (
	GrantAuthorizationCode = "authorization_code"
	GrantRefreshToken      = "refresh_token"
	GrantClientCredentials = "client_credentials"
	GrantDeviceCode        = "urn:ietf:params:oauth:grant-type:device_code" // RFC 8628
)

// MaxAccessTokenTTL bounds how long a leaked access token is of use where nobody introspects.
const MaxAccessTokenTTL = time.Hour

const minAccessTokenTTL = 30 * time.Second

// MaxRefreshRetry bounds how long a stolen refresh token that was used before can pass for the client's
// own, told late.
const MaxRefreshRetry = 30 * time.Minute

// Invalid says which member of a client's metadata (RFC 7591 section 2) cannot be accepted, and why.
type Invalid struct {
	Field  string
	Reason string
}

func (e Invalid) Error() string { return e.Field + ": " + e.Reason }

// StatusCode is the HTTP status this is answered with.
func (e Invalid) StatusCode() int { return http.StatusBadRequest }

func invalid(field, format string, args ...any) error {
	return Invalid{field, fmt.Sprintf(format, args...)}
}

// Validate returns an Invalid when c must not be registered as it is.
func Validate(c storage.Client) error {
	for _, check := range []func(storage.Client) error{
		checkName, checkScopes, checkAudiences, checkLifetime, checkAlg, checkAuth, checkCertificate, checkDetailTypes, checkKeys, checkRequestObjects,
		checkGrants, checkKind, checkRedirects, checkLogout, checkLinks, checkSubject, checkTelling, checkDefaults, checkContacts, checkApplication,
		checkProfile,
	} {
		if err := check(c); err != nil {
			return err
		}
	}
	return nil
}

func checkName(c storage.Client) error { return CheckName("client_name", c.Name) }

func checkLifetime(c storage.Client) error {
	if c.AccessTokenTTL != 0 && (c.AccessTokenTTL < minAccessTokenTTL || c.AccessTokenTTL > MaxAccessTokenTTL) {
		return invalid("access_token_ttl", "must be between %v and %v", minAccessTokenTTL, MaxAccessTokenTTL)
	}
	if c.RefreshRetry < 0 || c.RefreshRetry > MaxRefreshRetry {
		return invalid("refresh_retry", "must be at most %v", MaxRefreshRetry)
	}
	return nil
}

func checkAlg(c storage.Client) error {
	for f := range metadata.Algorithms() {
		alg := *f.Column(&c).(*string)
		if alg == "" || slices.Contains(f.algorithms(), alg) {
			continue
		}
		if f.Unsigned {
			return invalid(f.local(), "%q is not supported; use one of %v, or none", shorten(alg), keys.ClientAlgorithms())
		}
		return invalid(f.local(), "%q is not supported; use one of %v", shorten(alg), keys.ClientAlgorithms())
	}
	return nil
}

// checkAuth: a client with keys of its own proves itself with them and with nothing weaker.
func checkAuth(c storage.Client) error {
	known := []string{storage.AuthPrivateKeyJWT, storage.AuthTLS, storage.AuthSelfSignedTLS}
	switch {
	case c.AssertionAlg != "" && c.AuthMethod != storage.AuthPrivateKeyJWT:
		return invalid("token_endpoint_auth_signing_alg", "only clients of %s sign assertions", storage.AuthPrivateKeyJWT)
	case c.Public && c.PKCEOptional:
		return invalid("require_pkce", "a public client has nothing but PKCE to keep its codes by")
	case c.AuthMethod == "":
		return nil
	case !slices.Contains(known, c.AuthMethod):
		return invalid("token_endpoint_auth_method", "%q is not supported; use one of %v", c.AuthMethod, known)
	case c.Public:
		return invalid("token_endpoint_auth_method", "who keeps a key can prove itself, and is not public")
	}
	return nil
}

func checkGrants(c storage.Client) error {
	known := []string{GrantAuthorizationCode, GrantRefreshToken, GrantClientCredentials, GrantDeviceCode}
	for _, grant := range c.GrantTypes {
		if !slices.Contains(known, grant) {
			return invalid("grant_types", "%q is not supported; use %v", grant, known)
		}
	}
	if c.Public && slices.Contains(c.GrantTypes, GrantClientCredentials) {
		return invalid("grant_types", "a public client cannot use client_credentials: it has nothing to prove itself with")
	}
	return nil
}

func checkKind(c storage.Client) error {
	if c.Kind != storage.KindAgent {
		return nil
	}
	switch {
	case c.Public, len(c.RedirectURIs) > 0, c.FirstParty, !slices.Equal(c.GrantTypes, []string{GrantClientCredentials}):
		return invalid("grant_types", "an agent has client_credentials only; people sign in to a client")
	case slices.Contains(c.Scopes, "openid"), slices.Contains(c.Scopes, "offline_access"):
		return invalid("scope", "openid and offline_access are for people; an agent gets neither ID nor refresh tokens")
	}
	return nil
}

func checkRedirects(c storage.Client) error {
	if slices.Contains(c.GrantTypes, GrantAuthorizationCode) && len(c.RedirectURIs) == 0 {
		return invalid("redirect_uris", "at least one is required")
	}
	if err := checkURIs("redirect_uris", c.RedirectURIs); err != nil {
		return err
	}
	return checkURIs("post_logout_redirect_uris", c.PostLogoutRedirectURIs)
}
