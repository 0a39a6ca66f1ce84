package clients

import (
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// checkKeys wants the client's keys in one place, if it has any.
func checkKeys(c storage.Client) error {
	switch {
	case c.JWKSURI != "" && len(c.JWKS) > 0:
		return invalid("jwks_uri", "and jwks exclude each other")
	case c.JWKSURI != "":
		return checkKeysURI(c.JWKSURI)
	case len(c.JWKS) == 0 && !needsKeys(c):
		return nil
	}
	if err := keys.CheckClientKeys(c.JWKS); err != nil {
		return invalid("jwks", "%v", err)
	}
	return nil
}

func needsKeys(c storage.Client) bool {
	return c.AuthMethod == storage.AuthPrivateKeyJWT || c.AuthMethod == storage.AuthSelfSignedTLS || signsRequests(c)
}

// checkKeysURI: whether the address is a public one is for the fetcher to say, each time.
func checkKeysURI(uri string) error {
	u, reason := absolute(uri)
	switch {
	case reason != "":
		return invalid("jwks_uri", "%q %s", shorten(uri), reason)
	case u.Scheme != "https" || u.Hostname() == "":
		return invalid("jwks_uri", "%q must be an https URL", shorten(uri))
	}
	return nil
}

// signsRequests tells whether the client is registered to sign its requests (RFC 9101).
func signsRequests(c storage.Client) bool {
	return c.RequireSigned || c.RequestAlg != "" && c.RequestAlg != storage.AlgNone
}

func checkRequestObjects(c storage.Client) error {
	if c.RequestAlg == storage.AlgNone && c.RequireSigned {
		return invalid("request_object_signing_alg", "none signs nothing, and signed requests are required")
	}
	return nil
}

// checkProfile refuses whatever FAPI 2.0 does not leave a client the choice of.
func checkProfile(c storage.Client) error {
	const strongest = "private_key_jwt tls_client_auth self_signed_tls_client_auth"
	weak := func(alg string) bool { return alg != "" && !slices.Contains(keys.StrictAlgorithms(), alg) }
	switch {
	case c.Profile == "":
		return nil
	case !c.FAPI2():
		return invalid("profile", "%q is not supported; use %s", c.Profile, storage.ProfileFAPI2)
	case c.Public || !slices.Contains(strings.Fields(strongest), c.AuthMethod):
		return invalid("profile", "a client of FAPI 2.0 proves itself by its own keys, never by a secret")
	case slices.ContainsFunc([]string{c.SigningAlg, c.RequestAlg, c.ResponseAlg, c.IntrospectionAlg, c.UserInfoAlg, c.AssertionAlg}, weak):
		return invalid("profile", "FAPI 2.0 allows %v only", keys.StrictAlgorithms())
	case c.PKCEOptional:
		return invalid("profile", "FAPI 2.0 has no exception from PKCE")
	case slices.Contains(c.GrantTypes, GrantDeviceCode):
		return invalid("profile", "FAPI 2.0 has no place for the device grant")
	case slices.ContainsFunc(c.RedirectURIs, func(uri string) bool { return !strings.HasPrefix(uri, "https://") }):
		return invalid("profile", "FAPI 2.0 sends people back to https addresses only")
	}
	return nil
}
