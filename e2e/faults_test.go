package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"
)

// fragile is a cluster whose wires to PostgreSQL and Redis can be pulled out.
type fragile struct {
	*deployment
	postgres, redis *cable
	redisURL        string
}

func newFragile(t *testing.T) *fragile {
	t.Helper()
	database, redis := newDatabase(t), newRedis(t)
	f := &fragile{redisURL: redis}
	f.postgres = newCable(t, must[*url.URL](t)(url.Parse(database)).Host)
	f.redis = newCable(t, must[*url.URL](t)(url.Parse(redis)).Host)
	f.deployment = own(t, plan{
		name: "fragile", nodes: 2, database: f.postgres.through(t, database), redis: f.redis.through(t, redis),
	})
	return f
}

// becomes waits until /readyz of every node says so.
func (d *deployment) becomes(t *testing.T, status int, state, reason string) {
	t.Helper()
	for _, n := range d.nodes {
		deadline := time.Now().Add(10 * time.Second)
		for {
			gotStatus, gotState, reasons := n.health(t)
			if gotStatus == status && gotState == state && (reason == "" || slices.Contains(reasons, reason)) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: /readyz says %d %s %v, not %d %s %s", n.name, gotStatus, gotState, reasons, status, state, reason)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func TestDatabaseOutageIsSaidAndPasses(t *testing.T) {
	t.Parallel()
	f := newFragile(t)
	a, ag, who := f.app(t), f.agent(t), f.person(t)
	token, v := a.tokensIn(t, f.visitor(t), who)
	revoked := a.tokens(t, who)

	f.postgres.pull()
	for _, n := range f.nodes {
		at := n.url()
		for what, r := range map[string]reply{
			"token":    ag.token(t, at),
			"refresh":  a.refresh(t, at, token.RefreshToken),
			"revoke":   a.call(t, at, "/revoke", "token", revoked.RefreshToken),
			"inspect":  a.introspect(t, at, token.AccessToken),
			"userinfo": a.userinfo(t, at, token.AccessToken),
		} {
			if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || r.fields["active"] != nil {
				t.Errorf("%s on %s: %d %s %v", what, n.name, r.status, r.body, r.header["Retry-After"])
			}
		}
		for _, path := range []string{"/jwks", "/.well-known/openid-configuration", "/livez"} {
			if p := v.get(at + path); p.status != http.StatusOK {
				t.Errorf("%s on %s: %d", path, n.name, p.status)
			}
		}
		if p := must[page](t)(sent(v.http, must[*http.Request](t)(http.NewRequest(http.MethodGet, f.issuer+"/account", nil)))); p.status != http.StatusServiceUnavailable {
			t.Errorf("a page that must know who is signed in: %d", p.status)
		}
	}
	f.becomes(t, http.StatusServiceUnavailable, "unavailable", "database")

	f.postgres.plug()
	f.becomes(t, http.StatusOK, "ready", "")
	if !a.introspect(t, f.issuer, token.AccessToken).active() || a.refresh(t, f.issuer, token.RefreshToken).status != 200 || ag.token(t, f.issuer).status != 200 {
		t.Error("it has not recovered")
	}
	if p := v.get("/account"); p.status != http.StatusOK {
		t.Errorf("the outage signed somebody out: %d", p.status)
	}
}

func TestRedisOutageOnlyDenies(t *testing.T) {
	t.Parallel()
	f := newFragile(t)
	a, ag, who := f.app(t, "--first-party"), f.agent(t), f.person(t)
	q := a.begin()
	token, v := a.tokensIn(t, f.visitor(t), who)
	pending := f.visitor(t)
	login := pending.follow(pending.get(q.url))

	f.redis.pull()
	f.becomes(t, http.StatusOK, "degraded", "redis")
	for _, n := range f.nodes {
		if ag.token(t, n.url()).status != 200 || !a.introspect(t, n.url(), token.AccessToken).active() {
			t.Errorf("%s needs Redis for tokens", n.name)
		}
	}
	straight := a.begin()
	a.redeem(t, straight, v.handedOver(v.get(straight.url)))
	if r := a.call(t, f.issuer, "/revoke", "token", token.RefreshToken); r.status != 200 {
		t.Errorf("revoke: %d", r.status)
	}
	for _, n := range f.nodes {
		felt(t, "revoked on "+n.name, func() bool { return !a.introspect(t, n.url(), token.AccessToken).active() })
	}
	wrongSecrets(t, f, ag)

	f.redis.plug()
	f.becomes(t, http.StatusOK, "ready", "")
	a.redeem(t, q, pending.handedOver(pending.signIn(f.deployment, login, who)))
}

// wrongSecrets: without Redis, nodes count on their own, and no more generously.
func wrongSecrets(t *testing.T, f *fragile, ag agent) {
	t.Helper()
	guess := ag
	guess.ClientSecret += "X"
	limited := 0
	for range 60 {
		if guess.token(t, f.nodes[0].url()).status == http.StatusTooManyRequests {
			limited++
		}
	}
	if limited < 40 {
		t.Errorf("only %d of 60 guesses were slowed down", limited)
	}
	if r := ag.token(t, f.nodes[0].url()); r.status != 200 {
		t.Errorf("the right secret after the guesses: %d", r.status)
	}
}

func TestEmptiedRedisBringsNothingBack(t *testing.T) {
	t.Parallel()
	f := newFragile(t)
	a, who := f.app(t, "--first-party"), f.person(t)
	token, v := a.tokensIn(t, f.visitor(t), who)
	code, verifier := a.code(t, v, who)
	redeem := func() reply {
		return a.call(t, f.issuer, "/token", "grant_type", "authorization_code", "code", code, "redirect_uri", webCallback, "code_verifier", verifier)
	}
	if r := redeem(); r.status != 200 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	a.call(t, f.issuer, "/revoke", "token", token.RefreshToken)
	pending := f.visitor(t)
	_, l := pending.askForMail(f.deployment, pending.get("/login"), who)
	login := pending.follow(pending.get(a.begin().url))

	if err := askRedis(f.redisURL, "FLUSHDB"); err != nil {
		t.Fatal(err)
	}
	refused(t, "the code again", 400, "invalid_grant", redeem())
	refused(t, "the revoked token", 400, "invalid_grant", a.refresh(t, f.issuer, token.RefreshToken))
	if a.introspect(t, f.issuer, token.AccessToken).active() {
		t.Error("a revoked token came back to life")
	}
	if p := pending.post(l.link, nil); p.status != http.StatusGone || pending.signedIn() {
		t.Errorf("a forgotten link: %d", p.status)
	}
	staysHere(t, "a forgotten request", pending.submit(login, "/login/mail", "email", who.email))
	if !v.signedIn() {
		t.Error("a session ended with Redis")
	}
}

func TestMailWaitsForTheMailServer(t *testing.T) {
	t.Parallel()
	for _, d := range []*deployment{ownSQLite(t), ownCluster(t)} {
		t.Run(d.name, func(t *testing.T) {
			who, v := d.person(t), d.visitor(t)
			d.post.close(t)
			began := time.Now()
			codePage := v.follow(v.submit(v.get("/login"), "/login/mail", "email", who.email))
			if codePage.status != http.StatusOK || !codePage.has("/login/mail/code") {
				t.Fatalf("the page waits for the mail server: %d after %s", codePage.status, time.Since(began))
			}
			d.becomesDegraded(t, "smtp")
			d.post.open(t)
			l := d.post.await(t, who.email, 1)
			if p := v.follow(v.submit(codePage, "/login/mail/code", "code", l.code)); p.status != http.StatusOK || !v.signedIn() {
				t.Errorf("%d %s", p.status, p.body)
			}
			for _, n := range d.nodes { // the node that did not deliver it may still say "degraded"
				if err := n.ready(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// becomesDegraded waits until one of the nodes, the one that tried, says so.
func (d *deployment) becomesDegraded(t *testing.T, reason string) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		for _, n := range d.nodes {
			if status, state, reasons := n.health(t); status == 200 && state == "degraded" && slices.Contains(reasons, reason) {
				return
			}
		}
	}
	t.Errorf("no node says that %s is missing", reason)
}
