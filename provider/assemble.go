package provider

// assemble hands each endpoint what it needs, and nothing else.
func assemble(l place, c Config, d Deps) *Provider {
	p := &Provider{place: l, sessionManagement: c.SessionManagement}
	p.render = &renderer{place: l, pages: d.Pages, hints: hints(c.Dev)}
	p.metadata = newMetadata(metadataConfig{
		GrantTypes: grantTypes, ResponseModes: responseModes(), ProofAlgs: proofAlgs(),
		ACRValues: c.ACRValues, DetailTypes: c.DetailTypes.Names(), Languages: d.Pages.Languages(),
		Registration: c.Registration, ClientDocuments: c.ClientDocuments, SessionManagement: c.SessionManagement,
		MutualTLS: c.MutualTLS, ClientCAs: c.ClientCAs != nil,
	}, l, d.Keys)
	p.tokens = &tokenMaker{place: l, keys: d.Keys, salt: d.PairwiseSalt, idTokenTTL: c.IDTokenTTL, states: d.Tokens, now: d.Now}

	auth := &authenticator{
		place: l, clients: d.Clients, clientKeys: d.ClientKeys, clientCAs: c.ClientCAs,
		limiter: d.Limiter, audit: d.Audit, secretUse: d.SecretUse, now: d.Now,
	}
	proofs := &proofs{place: l, auth: auth, nonces: c.DPoPNonce, sealer: d.Sealer, ephemeral: d.Requests.Ephemeral, now: d.Now}
	refresh := &refreshTokens{sealer: d.Sealer, behind: d.BehindOnSecrets, grants: d.Grants}
	devices := &deviceStore{place: l, ephemeral: d.Requests.Ephemeral, limiter: d.Limiter, now: d.Now}

	p.token = newTokenEndpoint(tokenEndpoint{
		place: l, auth: auth, proofs: proofs, tokens: p.tokens, refresh: refresh, devices: devices, types: c.DetailTypes,
		grants: d.Grants, sealer: d.Sealer, audit: d.Audit, metrics: d.Metrics, now: d.Now,
		accessTokenTTL: c.AccessTokenTTL, agentTTL: c.AgentAccessTokenTTL, codeTTL: c.CodeTTL,
		refreshIdle: c.RefreshIdle, refreshAbsolute: c.RefreshAbsolute, refreshRetry: c.RefreshRetry,
	})
	p.device = &deviceFlow{
		place: l, auth: auth, proofs: proofs, devices: devices, types: c.DetailTypes, clients: d.Clients,
		sessions: d.Sessions, requests: d.Requests, signIn: d.Interactions[0], pages: d.Pages,
		limiter: d.Limiter, audit: d.Audit, grant: p.token, connected: d.Connected, now: d.Now,
	}
	p.authorize = newAuthorize(authorizeDeps{
		place: l, auth: auth, proofs: proofs, tokens: p.tokens, grant: p.token, keys: d.Keys, types: c.DetailTypes,
		clients: d.Clients, sessions: d.Sessions, requests: d.Requests, pages: d.Pages, limiter: d.Limiter,
		audit: d.Audit, hints: hints(c.Dev), now: d.Now,
		interactions: d.Interactions, elsewhere: p.device.elsewhere, signals: d.Signals,
		pushedTTL: c.PushedTTL, pkcePublicOnly: c.PKCEPublicOnly, sessionManagement: c.SessionManagement,
	})
	p.introspection = &introspectionEndpoint{
		place: l, auth: auth, tokens: p.tokens, refresh: refresh, keys: d.Keys, types: c.DetailTypes, now: d.Now,
	}
	p.revocation = &revocationEndpoint{
		auth: auth, tokens: p.tokens, refresh: refresh, revoked: d.Tokens, grants: d.Grants, audit: d.Audit, now: d.Now,
	}
	p.userinfo = &userinfoEndpoint{place: l, proofs: proofs, tokens: p.tokens, keys: d.Keys}
	p.logout = &logoutEndpoint{
		place: l, auth: auth, tokens: p.tokens, sessions: d.Sessions, pages: d.Pages, audit: d.Audit, grants: d.Grants,
	}
	return p
}
