package registration

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// answer is RFC 7591 section 3.2.1 with RFC 7592 section 3: everything as it is in effect, and
// nothing that is null.
type answer struct {
	ClientID        string          `json:"client_id"`
	ClientSecret    string          `json:"client_secret,omitempty"`
	IssuedAt        int64           `json:"client_id_issued_at"`
	SecretExpiresAt *int64          `json:"client_secret_expires_at,omitempty"` // 0: never
	ManageToken     string          `json:"registration_access_token,omitempty"`
	ManageURI       string          `json:"registration_client_uri,omitempty"`
	Name            string          `json:"client_name"`
	RedirectURIs    []string        `json:"redirect_uris"`
	PostLogoutURIs  []string        `json:"post_logout_redirect_uris,omitempty"`
	GrantTypes      []string        `json:"grant_types"`
	ResponseTypes   []string        `json:"response_types"`
	Scope           string          `json:"scope"`
	AuthMethod      string          `json:"token_endpoint_auth_method"`
	AssertionAlg    string          `json:"token_endpoint_auth_signing_alg,omitempty"`
	JWKS            json.RawMessage `json:"jwks,omitempty"`
	JWKSURI         string          `json:"jwks_uri,omitempty"`
	IDTokenAlg      string          `json:"id_token_signed_response_alg"`
	RequestAlg      string          `json:"request_object_signing_alg,omitempty"`
	RequireSigned   bool            `json:"require_signed_request_object,omitempty"`
	ResponseAlg     string          `json:"authorization_signed_response_alg,omitempty"`
	IntroAlg        string          `json:"introspection_signed_response_alg,omitempty"`
	RequirePAR      bool            `json:"require_pushed_authorization_requests,omitempty"`
	DPoPBound       bool            `json:"dpop_bound_access_tokens,omitempty"`
	DetailTypes     []string        `json:"authorization_details_types,omitempty"`
	TLSSubjectDN    string          `json:"tls_client_auth_subject_dn,omitempty"`
	TLSSANDNS       string          `json:"tls_client_auth_san_dns,omitempty"`
	TLSSANURI       string          `json:"tls_client_auth_san_uri,omitempty"`
	TLSSANIP        string          `json:"tls_client_auth_san_ip,omitempty"`
	TLSSANEmail     string          `json:"tls_client_auth_san_email,omitempty"`
	Bound           bool            `json:"tls_client_certificate_bound_access_tokens,omitempty"`
	openidAnswer
	BackLogout   string `json:"backchannel_logout_uri,omitempty"`
	BackSession  bool   `json:"backchannel_logout_session_required,omitempty"`
	FrontLogout  string `json:"frontchannel_logout_uri,omitempty"`
	FrontSession bool   `json:"frontchannel_logout_session_required,omitempty"`
	storage.ClientLinks
}

func (e *Endpoint) answer(m made) answer {
	a := answer{
		ClientID: m.ID, ClientSecret: m.secret, IssuedAt: m.CreatedAt.Unix(),
		Name: m.Name, RedirectURIs: m.RedirectURIs, PostLogoutURIs: m.PostLogoutRedirectURIs,
		GrantTypes: m.GrantTypes, ResponseTypes: []string{"code"}, Scope: strings.Join(m.ScopesByDefault(), " "),
		AuthMethod: m.authMethod, AssertionAlg: m.AssertionAlg, JWKS: m.JWKS, JWKSURI: m.JWKSURI, IDTokenAlg: m.SignedWith(),
		RequestAlg: m.RequestAlg, RequireSigned: m.RequireSigned, ResponseAlg: m.ResponseAlg, IntroAlg: m.IntrospectionAlg,
		RequirePAR: m.RequirePAR, DPoPBound: m.DPoPBound,
		TLSSubjectDN: m.TLSSubjectDN, TLSSANDNS: m.TLSSANDNS, TLSSANURI: m.TLSSANURI, TLSSANIP: m.TLSSANIP, TLSSANEmail: m.TLSSANEmail,
		Bound: m.CertificateBound, DetailTypes: m.DetailTypes,
		openidAnswer: answerOpenID(m.ClientMetadata), ClientLinks: m.ClientLinks,
		BackLogout: m.BackchannelLogoutURI, BackSession: m.BackchannelLogoutSession,
		FrontLogout: m.FrontchannelLogoutURI, FrontSession: m.FrontchannelLogoutSession,
	}
	if a.AuthMethod == "" {
		a.AuthMethod = methodOf(m.Client)
	}
	if hasSecret(m.Client) {
		a.SecretExpiresAt = new(int64)
	}
	if m.manage != "" { // a shared client is nobody's to manage
		a.ManageToken = m.manage
		a.ManageURI = strings.TrimSuffix(e.Issuer, "/") + "/register/" + url.PathEscape(m.ID)
	}
	return a
}

// methodOf: a client with a secret may send it either way, whichever it registered.
func methodOf(c storage.Client) string {
	if c.Public {
		return none
	}
	return cmp.Or(c.AuthMethod, "client_secret_basic")
}
