package registration

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

const (
	maxName = 120      // characters
	maxKeys = 16 << 10 // bytes of a key set that is stored with its client
	none    = "none"
)

// signingAlgs are those an ID token can be asked for in.
func signingAlgs() []string { return []string{"RS256", "PS256", "ES256", "EdDSA"} }

// metadata is what we understand of RFC 7591 section 2. Other members are ignored.
type metadata struct {
	name, authMethod, scope, alg, jwksURI string
	redirects, postLogout                 []string
	grants, responses, detailTypes        []string
	jwks                                  json.RawMessage
	requirePAR, dpop, requireSigned       bool
	requestAlg, responseAlg, introAlg     string
	assertionAlg                          string
	back, front                           string // logout URIs
	backSession, frontSession             bool
	certificate                           certificate
	links                                 storage.ClientLinks
	openid
}

func readMetadata(o object) (m metadata, err error) {
	for name, into := range map[string]*string{
		"client_name": &m.name, "token_endpoint_auth_method": &m.authMethod, "scope": &m.scope,
		"id_token_signed_response_alg": &m.alg, "jwks_uri": &m.jwksURI, "request_object_signing_alg": &m.requestAlg,
		"authorization_signed_response_alg": &m.responseAlg, "introspection_signed_response_alg": &m.introAlg,
		"token_endpoint_auth_signing_alg": &m.assertionAlg, "client_uri": &m.links.ClientURI,
		"logo_uri": &m.links.LogoURI, "policy_uri": &m.links.PolicyURI, "tos_uri": &m.links.TOSURI,
		"backchannel_logout_uri": &m.back, "frontchannel_logout_uri": &m.front,
	} {
		if *into, err = o.text(name); err != nil {
			return m, err
		}
	}
	for name, into := range map[string]*[]string{
		"redirect_uris": &m.redirects, "post_logout_redirect_uris": &m.postLogout,
		"grant_types": &m.grants, "response_types": &m.responses, "authorization_details_types": &m.detailTypes,
	} {
		if *into, err = o.texts(name); err != nil {
			return m, err
		}
	}
	for name, into := range map[string]*bool{
		"require_pushed_authorization_requests": &m.requirePAR, "dpop_bound_access_tokens": &m.dpop,
		"backchannel_logout_session_required": &m.backSession, "frontchannel_logout_session_required": &m.frontSession,
		"require_signed_request_object": &m.requireSigned,
	} {
		if *into, err = o.flag(name); err != nil {
			return m, err
		}
	}
	if m.certificate, err = readCertificate(o); err != nil {
		return m, err
	}
	if m.openid, err = readOpenID(o); err != nil {
		return m, err
	}
	if m.authMethod != storage.AuthPrivateKeyJWT {
		m.assertionAlg = ""
	}
	if m.requestAlg == storage.AlgNone { // for an operator to allow
		m.requestAlg = ""
	}
	m.jwks, err = o.raw("jwks")
	return m, err
}

// needsKeys tells whether there is anything to verify with the client's keys. Many send keys to
// everybody; then they are for nothing.
func (m metadata) needsKeys() bool {
	return m.requestAlg != "" || m.requireSigned || m.authMethod == storage.AuthPrivateKeyJWT || m.authMethod == storage.AuthSelfSignedTLS
}

// client is what becomes of m under the rules, not yet validated. What we do not support is left
// out, as long as something remains: clients list all they can do, for every server there is.
func (m metadata) client(r Rules) (storage.Client, error) {
	grants := intersect(m.grants, r.grantTypes())
	if m.grants == nil {
		grants = r.grantTypes()
	}
	if !slices.Contains(grants, clients.GrantAuthorizationCode) || m.responses != nil && !slices.Contains(m.responses, "code") {
		return storage.Client{}, malformed("Only the response type code with the grant type authorization_code can be registered.")
	}
	if len(m.redirects) == 0 {
		return storage.Client{}, refuse(invalidRedirect, "At least one redirect URI is required.")
	}
	if m.jwks != nil && m.jwksURI != "" {
		return storage.Client{}, malformed("jwks and jwks_uri cannot be combined.")
	}
	if len(m.jwks) > maxKeys {
		return storage.Client{}, malformed("jwks is too large; publish the keys at a jwks_uri.")
	}
	c := storage.Client{Kind: storage.KindApp, Name: m.displayName(), ClientMetadata: storage.ClientMetadata{
		Public: m.authMethod == none, RedirectURIs: m.redirects, PostLogoutRedirectURIs: m.postLogout,
		GrantTypes: grants, Scopes: r.scopes(), DefaultScopes: m.defaultScopes(r), Audiences: r.Resources, SigningAlg: m.alg,
		RequirePAR: m.requirePAR, DPoPBound: m.dpop, DetailTypes: intersect(m.detailTypes, r.DetailTypes), ClientLinks: shown(m.links),
		BackchannelLogoutURI: m.back, BackchannelLogoutSession: m.backSession,
		FrontchannelLogoutURI: m.front, FrontchannelLogoutSession: m.frontSession,
		RequestAlg: m.requestAlg, RequireSigned: m.requireSigned, ResponseAlg: m.responseAlg, IntrospectionAlg: m.introAlg,
		AssertionAlg: m.assertionAlg,
	}}
	m.certificate.apply(&c, r)
	m.openid.apply(&c.ClientMetadata)
	return c, nil
}

// defaultScopes are what the client says it asks for, as long as it asks for nothing in particular.
// They are no bound: agents register with the scope of their first call, and ask for more when a
// later one needs it. The bound is the operator's, and people are asked for each scope.
func (m metadata) defaultScopes(r Rules) []string {
	return intersect(strings.Fields(m.scope), r.scopes())
}

// displayName is the name as people will see it, shortened; without one, where they are sent to.
// The validator judges its characters.
func (m metadata) displayName() string {
	name := strings.TrimSpace(m.name)
	if runes := []rune(name); len(runes) > maxName {
		name = strings.TrimSpace(string(runes[:maxName]))
	}
	if name == "" && len(m.redirects) > 0 {
		name = clients.PlaceOf(m.redirects[0])
	}
	return name
}

// shown leaves out the links that people are not shown: they are a courtesy, and no reason to refuse a
// client.
func shown(links storage.ClientLinks) storage.ClientLinks {
	for field, uri := range map[string]*string{
		"client_uri": &links.ClientURI, "logo_uri": &links.LogoURI, "policy_uri": &links.PolicyURI, "tos_uri": &links.TOSURI,
	} {
		if clients.CheckLink(field, *uri) != nil {
			*uri = ""
		}
	}
	return links
}

func hostOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
