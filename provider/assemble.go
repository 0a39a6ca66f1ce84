package provider

// assemble hands each endpoint what it needs, and nothing else.
func assemble(l place, c Config, d Deps) *Provider {
	p := &Provider{place: l, sessionManagement: c.SessionManagement}
	p.render = &renderer{place: l, pages: d.Pages, dev: c.Dev}
	p.metadata = newMetadata(c, l, d.Keys, d.Pages.Languages())
	p.tokens = &tokenMaker{place: l, keys: d.Keys, salt: d.PairwiseSalt, idTokenTTL: c.IDTokenTTL, states: d.Tokens, now: d.Now}

	auth := &authenticator{
		place: l, clients: d.Clients, clientKeys: d.ClientKeys, clientCAs: c.ClientCAs,
		limiter: d.Limiter, audit: d.Audit, secretUse: d.SecretUse, now: d.Now,
	}
	proofs := &proofs{place: l, auth: auth, nonces: c.DPoPNonce, sealer: d.Sealer, ephemeral: d.Requests.Ephemeral, now: d.Now}
	refresh := &refreshTokens{sealer: d.Sealer, behind: d.BehindOnSecrets, grants: d.Grants}
	devices := &deviceStore{place: l, ephemeral: d.Requests.Ephemeral, now: d.Now}

	p.token = &tokenEndpoint{
		place: l, auth: auth, proofs: proofs, tokens: p.tokens, refresh: refresh, devices: devices, types: c.DetailTypes,
		grants: d.Grants, sealer: d.Sealer, limiter: d.Limiter, audit: d.Audit, metrics: d.Metrics, now: d.Now,
		accessTokenTTL: c.AccessTokenTTL, agentTTL: c.AgentAccessTokenTTL, codeTTL: c.CodeTTL,
		refreshIdle: c.RefreshIdle, refreshAbsolute: c.RefreshAbsolute, refreshRetry: c.RefreshRetry,
	}
	p.token.fosite = p.token.newFosite()
	reply := &replier{
		place: l, render: p.render, keys: d.Keys, pages: d.Pages, sessions: d.Sessions,
		sessionManagement: c.SessionManagement, signalsFor: d.Signals, now: d.Now,
	}
	p.authorize = &authorizeEndpoint{
		place: l, auth: auth, proofs: proofs, tokens: p.tokens, reply: reply, types: c.DetailTypes,
		pushed:  &pushedRequests{ephemeral: d.Requests.Ephemeral, ttl: c.PushedTTL},
		objects: &requestObjects{place: l, auth: auth, now: d.Now},
		clients: d.Clients, sessions: d.Sessions, requests: d.Requests, interactions: d.Interactions, pages: d.Pages,
		limiter: d.Limiter, audit: d.Audit, grant: p.token, pkcePublicOnly: c.PKCEPublicOnly, now: d.Now,
	}
	p.device = &deviceFlow{
		place: l, auth: auth, proofs: proofs, devices: devices, types: c.DetailTypes, clients: d.Clients,
		sessions: d.Sessions, requests: d.Requests, signIn: d.Interactions[0], pages: d.Pages,
		limiter: d.Limiter, audit: d.Audit, grant: p.token, connected: d.Connected, now: d.Now,
	}
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
