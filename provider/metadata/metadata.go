package metadata

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/permitted"
	"github.com/symbolon-id/symbolon/provider/userclaims"
	"github.com/symbolon-id/symbolon/storage"
)

// Endpoint serves the metadata of this server, as bytes made once at the start.
type Endpoint struct {
	ring  *keys.Ring
	Paths []string
	body  []byte
	etag  string
}

// document is RFC 8414 section 2 and OpenID Connect Discovery section 3 in one: every member is
// valid in both. It says only what works.
type document struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	JWKSURI               string   `json:"jwks_uri"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint"`
	PushedEndpoint        string   `json:"pushed_authorization_request_endpoint"`
	DeviceEndpoint        string   `json:"device_authorization_endpoint"`
	IntrospectionEndpoint string   `json:"introspection_endpoint"`
	RevocationEndpoint    string   `json:"revocation_endpoint"`
	EndSessionEndpoint    string   `json:"end_session_endpoint"`
	CheckSessionFrame     string   `json:"check_session_iframe,omitempty"`
	RegistrationEndpoint  string   `json:"registration_endpoint,omitempty"`
	ClientDocuments       bool     `json:"client_id_metadata_document_supported,omitempty"`
	ACRValues             []string `json:"acr_values_supported,omitempty"`
	ResponseTypes         []string `json:"response_types_supported"`
	ResponseModes         []string `json:"response_modes_supported"`
	GrantTypes            []string `json:"grant_types_supported"`
	CodeChallengeMethods  []string `json:"code_challenge_methods_supported"`
	TokenAuth             []string `json:"token_endpoint_auth_methods_supported"`
	IntrospectionAuth     []string `json:"introspection_endpoint_auth_methods_supported"`
	RevocationAuth        []string `json:"revocation_endpoint_auth_methods_supported"`
	TokenAuthAlgs         []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	IntrospectionAuthAlgs []string `json:"introspection_endpoint_auth_signing_alg_values_supported"`
	RevocationAuthAlgs    []string `json:"revocation_endpoint_auth_signing_alg_values_supported"`
	DPoPAlgs              []string `json:"dpop_signing_alg_values_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	IDTokenAlgs           []string `json:"id_token_signing_alg_values_supported"`
	UserInfoAlgs          []string `json:"userinfo_signing_alg_values_supported"`
	Scopes                []string `json:"scopes_supported"`
	Claims                []string `json:"claims_supported"`
	Prompts               []string `json:"prompt_values_supported"`
	UILocales             []string `json:"ui_locales_supported"`
	IssInResponse         bool     `json:"authorization_response_iss_parameter_supported"`
	ClaimsParameter       bool     `json:"claims_parameter_supported"`
	BackchannelLogout     bool     `json:"backchannel_logout_supported"`
	BackchannelSession    bool     `json:"backchannel_logout_session_supported"`
	FrontchannelLogout    bool     `json:"frontchannel_logout_supported"`
	FrontchannelSession   bool     `json:"frontchannel_logout_session_supported"`
	RequestParameter      bool     `json:"request_parameter_supported"`
	RequestAlgs           []string `json:"request_object_signing_alg_values_supported"`
	RequireSigned         bool     `json:"require_signed_request_object"` // of every client
	ResponseAlgs          []string `json:"authorization_signing_alg_values_supported"`
	IntrospectionAlgs     []string `json:"introspection_signing_alg_values_supported"`
	RequestURIParameter   bool     `json:"request_uri_parameter_supported"`                 // true if absent
	DetailTypes           []string `json:"authorization_details_types_supported,omitempty"` // RFC 9396 section 10
	CertificateBound      bool     `json:"tls_client_certificate_bound_access_tokens,omitempty"`
	Mutual                *aliases `json:"mtls_endpoint_aliases,omitempty"`
}

// aliases are where clients with a certificate go instead (RFC 8705 section 5).
type aliases struct {
	Token         string `json:"token_endpoint"`
	Pushed        string `json:"pushed_authorization_request_endpoint"`
	Device        string `json:"device_authorization_endpoint"`
	Introspection string `json:"introspection_endpoint"`
	Revocation    string `json:"revocation_endpoint"`
	Userinfo      string `json:"userinfo_endpoint"`
}

// aliasesAt returns nil when every client goes to the same place.
func aliasesAt(l oauth.Place) *aliases {
	if l.Mutual == "" {
		return nil
	}
	return &aliases{
		Token: l.MutualURL("/token"), Pushed: l.MutualURL("/par"), Device: l.MutualURL("/device_authorization"),
		Introspection: l.MutualURL("/introspect"), Revocation: l.MutualURL("/revoke"), Userinfo: l.MutualURL("/userinfo"),
	}
}

// Config is what the metadata says.
type Config struct {
	GrantTypes, ResponseModes, ProofAlgs []string
	ACRValues, DetailTypes, Languages    []string

	Registration, ClientDocuments, SessionManagement bool

	MutualTLS bool // clients can show certificates
	ClientCAs bool // and ones issued by a CA
}

// confidentialAuth returns how clients that are not public authenticate.
func (c Config) confidentialAuth() []string {
	methods := []string{"client_secret_basic", "client_secret_post", storage.AuthPrivateKeyJWT}
	if c.MutualTLS {
		methods = append(methods, storage.AuthSelfSignedTLS)
	}
	if c.MutualTLS && c.ClientCAs {
		methods = append(methods, storage.AuthTLS)
	}
	return methods
}

// New makes the documents for the issuer at l, once.
func New(c Config, l oauth.Place, ring *keys.Ring) *Endpoint {
	confidential := c.confidentialAuth()
	anyClient := append(slices.Clip(confidential), "none")
	registration, checkSession := "", ""
	if c.Registration {
		registration = l.URL("/register")
	}
	if c.SessionManagement {
		checkSession = l.URL("/check-session")
	}
	body, err := json.Marshal(document{
		Issuer:                l.Issuer,
		AuthorizationEndpoint: l.URL("/authorize"),
		TokenEndpoint:         l.URL("/token"),
		JWKSURI:               l.URL("/jwks"),
		UserinfoEndpoint:      l.URL("/userinfo"),
		PushedEndpoint:        l.URL("/par"),
		DeviceEndpoint:        l.URL("/device_authorization"),
		IntrospectionEndpoint: l.URL("/introspect"),
		RevocationEndpoint:    l.URL("/revoke"),
		EndSessionEndpoint:    l.URL("/logout"),
		CheckSessionFrame:     checkSession,
		RegistrationEndpoint:  registration,
		ClientDocuments:       c.ClientDocuments,
		ACRValues:             c.ACRValues,
		ResponseTypes:         []string{"code"},
		ResponseModes:         c.ResponseModes,
		GrantTypes:            c.GrantTypes,
		CodeChallengeMethods:  []string{"S256"},
		TokenAuth:             anyClient,
		IntrospectionAuth:     confidential,
		RevocationAuth:        anyClient,
		TokenAuthAlgs:         keys.ClientAlgorithms(),
		IntrospectionAuthAlgs: keys.ClientAlgorithms(),
		RevocationAuthAlgs:    keys.ClientAlgorithms(),
		DPoPAlgs:              c.ProofAlgs,
		SubjectTypes:          []string{storage.SubjectPublic, storage.SubjectPairwise},
		IDTokenAlgs:           ring.Algorithms(),
		UserInfoAlgs:          ring.Algorithms(),
		Scopes:                permitted.AdvertisedScopes(),
		Claims: append([]string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"},
			userclaims.Names()...),
		Prompts:           []string{"none", "login", "consent", "select_account"},
		UILocales:         c.Languages,
		IssInResponse:     true,
		ClaimsParameter:   true,
		RequestParameter:  true,
		RequestAlgs:       keys.ClientAlgorithms(),
		ResponseAlgs:      ring.Algorithms(),
		IntrospectionAlgs: ring.Algorithms(),

		BackchannelLogout: true, BackchannelSession: true, FrontchannelLogout: true, FrontchannelSession: true,
		DetailTypes:      c.DetailTypes,
		CertificateBound: c.MutualTLS,
		Mutual:           aliasesAt(l),
	})
	if err != nil {
		panic(err) // strings and lists of them always marshal
	}
	sum := sha256.Sum256(body)
	return &Endpoint{ring: ring, Paths: wellKnown(l), body: body, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

// wellKnown returns every place where clients look: RFC 8414 puts the issuer's path behind the name,
// OpenID Connect Discovery in front of it, and clients of each try both.
func wellKnown(l oauth.Place) []string {
	const oauth, oidc = "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"
	if l.Base == "" {
		return []string{oauth, oidc}
	}
	return []string{oauth + l.Base, oidc + l.Base, l.Base + oidc}
}

// Discovery answers GET of every well-known path.
func (m *Endpoint) Discovery(w http.ResponseWriter, r *http.Request) error {
	return servePrepared(w, r, m.body, m.etag)
}

// JWKS answers GET /jwks, from memory: it works with the database down.
func (m *Endpoint) JWKS(w http.ResponseWriter, r *http.Request) error {
	body, etag := m.ring.JWKS()
	return servePrepared(w, r, body, etag)
}

// servePrepared is fresh for as long as a new key is published before it signs.
func servePrepared(w http.ResponseWriter, r *http.Request, body []byte, etag string) error {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("Etag", etag)
	if tags := r.Header.Get("If-None-Match"); tags != "" && (tags == "*" || strings.Contains(tags, etag)) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, _ = w.Write(body)
	return nil
}
