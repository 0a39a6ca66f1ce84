package main

import "net/url"

// goal is what docs/performance.md asks for: a multiple of the ceiling, or milliseconds.
type goal struct{ ratio, ms float64 }

// preparation readies n requests of each caller and returns what does one.
type preparation = func(t *target, callers, n int) (func(caller int) error, error)

// work is one thing callers do.
type work struct {
	name             string
	times            int // as many requests per round as of one that signs with RS256
	sqlite, postgres goal
	prepare          preparation
	beside           preparation // of the same server, what to compare with; nil: the ceiling
}

func works() []work {
	return []work{
		{"discovery", 10, goal{ratio: 1.2}, goal{ratio: 1.2}, reading(discoveryPath), nil},
		{"JWKS", 10, goal{ratio: 1.2}, goal{ratio: 1.2}, reading("/jwks"), nil},
		{"client_credentials RS256", 1, goal{ratio: 1.05}, goal{ratio: 1.10}, asAgent(func(t *target) credentials { return t.agent }), nil},
		{"client_credentials ES256", 5, goal{ms: 0.18}, goal{ms: 0.18}, asAgent(func(t *target) credentials { return t.agentES }), nil},
		{"with a DPoP proof", 5, goal{ratio: 1.3}, goal{ratio: 1.3}, proving(func(t *target) credentials { return t.agentES }), asAgent(func(t *target) credentials { return t.agentES })},
		{"introspection", 5, goal{ratio: 1.5}, goal{ratio: 2}, introspecting, nil},
		{"refresh RS256", 1, goal{ratio: 1.10}, goal{ratio: 1.25}, refreshing(func(t *target) credentials { return t.app }), nil},
		{"refresh ES256", 2, goal{ms: 0.9}, goal{ms: 0.9}, refreshing(func(t *target) credentials { return t.appES }), nil},
		{"code flow RS256", 1, goal{ratio: 1.15}, goal{ratio: 1.30}, codeFlow(func(t *target) credentials { return t.app }), nil},
		{"code flow ES256", 2, goal{ms: 1.4}, goal{ms: 1.4}, codeFlow(func(t *target) credentials { return t.appES }), nil},
		{"userinfo", 5, goal{ratio: 1.6}, goal{ratio: 2}, userinfo, nil},
		{"revocation", 1, goal{ms: 0.3}, goal{ms: 0.5}, revoking, nil},
	}
}

func reading(path string) preparation {
	return func(t *target, _, _ int) (func(int) error, error) {
		return func(int) error { return t.get(path).is(200) }, nil
	}
}

func asAgent(of func(*target) credentials) preparation {
	return func(t *target, _, _ int) (func(int) error, error) {
		return func(int) error { _, err := t.agentToken(of(t)); return err }, nil
	}
}

func introspecting(t *target, _, _ int) (func(int) error, error) {
	got, err := t.agentToken(t.agent)
	return func(int) error {
		var state struct{ Active bool }
		if err := t.post("/introspect", url.Values{"token": {got.Access}}, t.agent).read(&state); err != nil || state.Active {
			return err
		}
		return errInactive
	}, err
}

// refreshing gives every caller a family of its own, so that each request is a rotation.
func refreshing(of func(*target) credentials) preparation {
	return func(t *target, callers, _ int) (func(int) error, error) {
		families := make([]tokens, callers)
		for i := range families {
			var err error
			if families[i], err = t.tokens(of(t)); err != nil {
				return nil, err
			}
		}
		return func(caller int) error {
			form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {families[caller].Refresh}}
			return t.post("/token", form, of(t)).read(&families[caller])
		}, nil
	}
}

func codeFlow(of func(*target) credentials) preparation {
	return func(t *target, _, _ int) (func(int) error, error) {
		return func(int) error { _, err := t.tokens(of(t)); return err }, nil
	}
}

func userinfo(t *target, _, _ int) (func(int) error, error) {
	got, err := t.tokens(t.app)
	return func(int) error { return t.get("/userinfo", "Authorization", "Bearer "+got.Access).is(200) }, err
}

// revoking needs a fresh token for each request; they are made before the clock starts.
func revoking(t *target, callers, n int) (func(int) error, error) {
	stock := make([][]tokens, callers)
	for i := range stock {
		for range n {
			got, err := t.agentToken(t.agent)
			if err != nil {
				return nil, err
			}
			stock[i] = append(stock[i], got)
		}
	}
	return func(caller int) error {
		next := stock[caller][0]
		stock[caller] = stock[caller][1:]
		return t.post("/revoke", url.Values{"token": {next.Access}}, t.agent).is(200)
	}, nil
}
