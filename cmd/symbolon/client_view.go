package main

import (
	"cmp"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"

	"github.com/symbolon-id/symbolon/config"
)

// clientView is an agent or client as commands print it: the names of RFC 7591 where it has one.
type clientView struct {
	ClientID               string          `json:"client_id"`
	ClientSecret           string          `json:"client_secret,omitempty"`
	SecretID               string          `json:"secret_id,omitempty"`
	SecretExpiresAt        *time.Time      `json:"secret_expires_at,omitempty"`
	Name                   string          `json:"name"`
	Public                 *bool           `json:"public,omitempty"`
	FirstParty             *bool           `json:"first_party,omitempty"`
	RedirectURIs           []string        `json:"redirect_uris,omitempty"`
	PostLogoutRedirectURIs []string        `json:"post_logout_redirect_uris,omitempty"`
	GrantTypes             []string        `json:"grant_types"`
	Scope                  string          `json:"scope"`
	Audience               []string        `json:"audience"`
	Serves                 []string        `json:"serves,omitempty"`
	SigningAlg             string          `json:"signing_alg"`
	RequirePKCE            *bool           `json:"require_pkce,omitempty"`
	AuthMethod             string          `json:"token_endpoint_auth_method"`
	AssertionAlg           string          `json:"token_endpoint_auth_signing_alg,omitempty"`
	JWKS                   json.RawMessage `json:"jwks,omitempty"`
	JWKSURI                string          `json:"jwks_uri,omitempty"`
	Profile                string          `json:"profile,omitempty"`
	RequestAlg             string          `json:"request_object_signing_alg,omitempty"`
	RequireSigned          bool            `json:"require_signed_request_object,omitempty"`
	ResponseAlg            string          `json:"authorization_signed_response_alg,omitempty"`
	IntrospectionAlg       string          `json:"introspection_signed_response_alg,omitempty"`
	RequirePAR             bool            `json:"require_pushed_authorization_requests,omitempty"`
	DPoPBound              bool            `json:"dpop_bound_access_tokens,omitempty"`
	DetailTypes            []string        `json:"authorization_details_types,omitempty"`
	TLSSubjectDN           string          `json:"tls_client_auth_subject_dn,omitempty"`
	TLSSANDNS              string          `json:"tls_client_auth_san_dns,omitempty"`
	TLSSANURI              string          `json:"tls_client_auth_san_uri,omitempty"`
	TLSSANIP               string          `json:"tls_client_auth_san_ip,omitempty"`
	TLSSANEmail            string          `json:"tls_client_auth_san_email,omitempty"`
	CertificateBound       bool            `json:"tls_client_certificate_bound_access_tokens,omitempty"`
	AccessTokenTTL         int64           `json:"access_token_ttl,omitempty"` // seconds
	RefreshRetry           int64           `json:"refresh_retry,omitempty"`    // seconds
	openidView
	BackLogout   string `json:"backchannel_logout_uri,omitempty"`
	BackSession  bool   `json:"backchannel_logout_session_required,omitempty"`
	FrontLogout  string `json:"frontchannel_logout_uri,omitempty"`
	FrontSession bool   `json:"frontchannel_logout_session_required,omitempty"`
	Approved     bool   `json:"approved,omitempty"`
	storage.ClientLinks
	Disabled   bool         `json:"disabled"`
	DisabledAt *time.Time   `json:"disabled_at,omitempty"`
	CreatedAt  time.Time    `json:"created_at"`
	UpdatedAt  time.Time    `json:"updated_at"`
	Secrets    []secretView `json:"secrets,omitempty"`
	App        *appView     `json:"app,omitempty"` // of a new one: its own configuration
}

func viewClient(c storage.Client) clientView {
	v := clientView{
		ClientID: c.ID, Name: c.Name,
		RedirectURIs: c.RedirectURIs, PostLogoutRedirectURIs: c.PostLogoutRedirectURIs,
		GrantTypes: c.GrantTypes, Scope: strings.Join(c.Scopes, " "),
		Audience: append([]string{}, c.Audiences...), Serves: c.Serves,
		SigningAlg: c.SignedWith(), AccessTokenTTL: int64(c.AccessTokenTTL / time.Second), RefreshRetry: int64(c.RefreshRetry / time.Second),
		AuthMethod: authMethod(c), AssertionAlg: c.AssertionAlg, JWKS: c.JWKS, JWKSURI: c.JWKSURI, RequirePAR: c.RequirePAR, DPoPBound: c.DPoPBound, openidView: viewOpenID(c),
		Profile: c.Profile, RequestAlg: c.RequestAlg, RequireSigned: c.RequireSigned, ResponseAlg: c.ResponseAlg, IntrospectionAlg: c.IntrospectionAlg,
		BackLogout: c.BackchannelLogoutURI, BackSession: c.BackchannelLogoutSession,
		FrontLogout: c.FrontchannelLogoutURI, FrontSession: c.FrontchannelLogoutSession,
		TLSSubjectDN: c.TLSSubjectDN, TLSSANDNS: c.TLSSANDNS, TLSSANURI: c.TLSSANURI, TLSSANIP: c.TLSSANIP, TLSSANEmail: c.TLSSANEmail,
		CertificateBound: c.CertificateBound, DetailTypes: c.DetailTypes,
		Approved: c.Approved, ClientLinks: c.ClientLinks,
		Disabled: !c.DisabledAt.IsZero(), DisabledAt: optional(c.DisabledAt),
		CreatedAt: instant(c.CreatedAt), UpdatedAt: instant(c.UpdatedAt),
	}
	if c.Kind == storage.KindApp {
		pkce := !c.PKCEOptional
		v.Public, v.FirstParty, v.RequirePKCE = &c.Public, &c.FirstParty, &pkce
	}
	return v
}

func authMethod(c storage.Client) string {
	if c.Public {
		return "none"
	}
	return cmp.Or(c.AuthMethod, "client_secret_basic")
}

func viewClients(clients []storage.Client) []clientView {
	views := []clientView{}
	for _, c := range clients {
		views = append(views, viewClient(c))
	}
	return views
}

// viewIssued shows the secret: this is the one time it can be seen.
func viewIssued(i clients.Issued) clientView {
	v := viewClient(i.Client)
	v.ClientSecret, v.SecretID, v.SecretExpiresAt = i.Bearer, i.Secret.ID, optional(i.Secret.ExpiresAt)
	return v
}

func (v clientView) write(w io.Writer) {
	for _, line := range []struct{ name, value string }{
		{"client_id", v.ClientID},
		{"client_secret", v.ClientSecret},
		{"secret_id", v.SecretID},
		{"name", v.Name},
		{"state", v.state()},
		{"public", v.when(v.Public)},
		{"first party", v.when(v.FirstParty)},
		{"approved", v.when(&v.Approved)},
		{"redirect to", strings.Join(v.RedirectURIs, " ")},
		{"after logout to", strings.Join(v.PostLogoutRedirectURIs, " ")},
		{"told of logout at", v.BackLogout},
		{"told in the browser at", v.FrontLogout},
		{"authenticates by", v.AuthMethod},
		{"keys at", v.JWKSURI},
		{"profile", v.Profile},
		{"signed requests only", v.when(&v.RequireSigned)},
		{"pushed requests only", v.when(&v.RequirePAR)},
		{"PKCE", v.pkce()},
		{"certificate of", v.TLSSubjectDN + v.TLSSANDNS + v.TLSSANURI + v.TLSSANIP + v.TLSSANEmail},
		{"bound tokens only", v.when(&v.DPoPBound)},
		{"tokens bound to certificate", v.when(&v.CertificateBound)},
		{"subjects", unless(storage.SubjectPublic, v.SubjectType)},
		{"sector", v.SectorURI},
		{"refreshes repeat for", v.retry()},
		{"ID tokens", unless(storage.IDTokenFull, v.IDTokenClaims)},
		{"userinfo signed by", v.UserInfoAlg},
		{"grants", strings.Join(v.GrantTypes, " ")},
		{"scope", v.Scope},
		{"details", strings.Join(v.DetailTypes, " ")},
		{"audience", strings.Join(v.Audience, " ")},
		{"serves", strings.Join(v.Serves, " ")},
		{"site", v.ClientURI},
		{"logo", v.LogoURI},
		{"policy", v.PolicyURI},
		{"terms", v.TOSURI},
		{"created", day(v.CreatedAt)},
	} {
		if line.value != "" {
			row(w, line.name, line.value)
		}
	}
}

func (v clientView) when(flag *bool) string {
	if flag != nil && *flag {
		return "yes"
	}
	return ""
}

// pkce returns a text only when PKCE is off.
func (v clientView) pkce() string {
	if v.RequirePKCE == nil || *v.RequirePKCE {
		return ""
	}
	return "not required (--require-pkce requires it again)"
}

func (v clientView) retry() string {
	if v.RefreshRetry == 0 {
		return ""
	}
	return config.FormatDuration(time.Duration(v.RefreshRetry) * time.Second)
}

func (v clientView) state() string {
	if v.Disabled {
		return "disabled"
	}
	return "enabled"
}

func writeClients(w io.Writer, views []clientView) {
	row(w, "CLIENT ID", "NAME", "STATE", "SCOPE", "AUDIENCE", "CREATED")
	for _, v := range views {
		row(w, v.ClientID, v.Name, v.state(), v.Scope, strings.Join(v.Audience, " "), day(v.CreatedAt))
	}
}
