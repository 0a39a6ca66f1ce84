package provider

import (
	"github.com/symbolon-id/symbolon/provider/authorize"
	"github.com/symbolon-id/symbolon/provider/clientauth"
	"github.com/symbolon-id/symbolon/provider/device"
	"github.com/symbolon-id/symbolon/provider/endsession"
	"github.com/symbolon-id/symbolon/provider/grant"
	"github.com/symbolon-id/symbolon/provider/introspection"
	"github.com/symbolon-id/symbolon/provider/metadata"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/provider/userinfo"
)

// assemble hands each endpoint what it needs, and nothing else.
func assemble(l oauth.Place, c Config, d Deps) *Provider {
	p := &Provider{Place: l, sessionManagement: c.SessionManagement}
	p.render = &renderer{Place: l, pages: d.Pages, hints: oauth.Hints(c.Dev)}
	p.metadata = metadata.New(metadata.Config{
		GrantTypes: grant.Types(), ResponseModes: oauth.ResponseModes(), ProofAlgs: clientauth.ProofAlgorithms(),
		ACRValues: c.ACRValues, DetailTypes: c.DetailTypes.Names(), Languages: d.Pages.Languages(),
		Registration: c.Registration, ClientDocuments: c.ClientDocuments, SessionManagement: c.SessionManagement,
		MutualTLS: c.MutualTLS, ClientCAs: c.ClientCAs != nil,
	}, l, d.Keys)
	p.tokens = &token.Maker{Place: l, Keys: d.Keys, Salt: d.PairwiseSalt, IDTokenTTL: c.IDTokenTTL, States: d.Tokens, Clock: d.Clock}

	auth := &clientauth.Authenticator{
		Place: l, Clients: d.Clients, ClientKeys: d.ClientKeys, ClientCAs: c.ClientCAs,
		Limiter: d.Limiter, Audit: d.Audit, SecretUse: d.SecretUse, Clock: d.Clock,
	}
	proofs := &clientauth.Proofs{Place: l, Auth: auth, Nonces: c.DPoPNonce, Sealer: d.Sealer, Ephemeral: d.Requests.Ephemeral, Clock: d.Clock}
	refresh := &token.RefreshTokens{Sealer: d.Sealer, Behind: d.BehindOnSecrets, Grants: d.Grants}
	devices := &device.Store{Place: l, Ephemeral: d.Requests.Ephemeral, Limiter: d.Limiter, Clock: d.Clock}

	p.token = grant.New(grant.Issuer{
		Place: l, Auth: auth, Proofs: proofs, Tokens: p.tokens, Refresh: refresh, Devices: devices, Types: c.DetailTypes,
		Grants: d.Grants, Sealer: d.Sealer, Audit: d.Audit, Metrics: d.Metrics, Clock: d.Clock,
		AccessTokenTTL: c.AccessTokenTTL, AgentTTL: c.AgentAccessTokenTTL, CodeTTL: c.CodeTTL,
		RefreshIdle: c.RefreshIdle, RefreshAbsolute: c.RefreshAbsolute, RefreshRetry: c.RefreshRetry,
	})
	p.device = &device.Flow{
		Place: l, Auth: auth, Proofs: proofs, Devices: devices, Types: c.DetailTypes, Clients: d.Clients,
		Sessions: d.Sessions, Requests: d.Requests, SignIn: d.Interactions[0], Pages: d.Pages,
		Limiter: d.Limiter, Audit: d.Audit, Grant: p.token, Connected: d.Connected, Clock: d.Clock,
	}
	p.authorize = authorize.New(authorize.Deps{
		Place: l, Auth: auth, Proofs: proofs, Tokens: p.tokens, Grant: p.token, Keys: d.Keys, Types: c.DetailTypes,
		Clients: d.Clients, Sessions: d.Sessions, Requests: d.Requests, Pages: d.Pages, Limiter: d.Limiter,
		Audit: d.Audit, Hints: oauth.Hints(c.Dev), Clock: d.Clock,
		Interactions: d.Interactions, Elsewhere: p.device.Elsewhere, Signals: d.Signals,
		PushedTTL: c.PushedTTL, PKCEPublicOnly: c.PKCEPublicOnly, SessionManagement: c.SessionManagement,
	})
	p.introspection = &introspection.Endpoint{
		Place: l, Auth: auth, Tokens: p.tokens, Refresh: refresh, Keys: d.Keys, Types: c.DetailTypes, Clock: d.Clock,
	}
	p.revocation = &introspection.Revocation{
		Auth: auth, Tokens: p.tokens, Refresh: refresh, Revoked: d.Tokens, Grants: d.Grants, Audit: d.Audit, Clock: d.Clock,
	}
	p.userinfo = &userinfo.Endpoint{Place: l, Proofs: proofs, Tokens: p.tokens, Keys: d.Keys}
	p.logout = &endsession.Endpoint{
		Place: l, Auth: auth, Tokens: p.tokens, Sessions: d.Sessions, Pages: d.Pages, Audit: d.Audit, Grants: d.Grants,
	}
	return p
}
