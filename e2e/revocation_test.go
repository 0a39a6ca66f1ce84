package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

// felt waits until ended holds, for the one second in which every node must feel a decision.
func felt(t *testing.T, what string, ended func() bool) {
	t.Helper()
	within(t, time.Second, what, ended)
}

func within(t testing.TB, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("%s: not felt within %s", what, limit)
			return
		}
	}
}

// deadEverywhere wants both tokens dead on every node.
func deadEverywhere(t *testing.T, a *app, what string, token *oauth2.Token) {
	t.Helper()
	for _, n := range a.d.nodes {
		felt(t, what+": introspection on "+n.name, func() bool {
			r := a.introspect(t, n.url(), token.AccessToken)
			return !r.active() && (r.status == 200 || r.status == 401)
		})
		felt(t, what+": userinfo on "+n.name, func() bool { return a.userinfo(t, n.url(), token.AccessToken).status == 401 })
		r := a.refresh(t, n.url(), token.RefreshToken)
		if r.status != 400 && r.status != 401 {
			t.Errorf("%s: refresh on %s: %d %s", what, n.name, r.status, r.body)
		}
	}
}

func (a *app) userinfo(t testing.TB, at, token string) reply {
	t.Helper()
	r := must[*http.Request](t)(http.NewRequest(http.MethodGet, at+"/userinfo", nil))
	r.Header.Set("Authorization", "Bearer "+token)
	return must[reply](t)(replied(a.http, r))
}

func TestDecisionsAreFeltWithinASecondOnEveryNode(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		for what, decide := range map[string]func(a *app, who person, v *visitor, token *oauth2.Token){
			"user disabled":   func(_ *app, who person, _ *visitor, _ *oauth2.Token) { d.command(t, "user", "disable", who.id) },
			"user deleted":    func(_ *app, who person, _ *visitor, _ *oauth2.Token) { d.command(t, "user", "delete", who.id) },
			"client disabled": func(a *app, _ person, _ *visitor, _ *oauth2.Token) { d.command(t, "client", "disable", a.ClientID) },
			"client deleted":  func(a *app, _ person, _ *visitor, _ *oauth2.Token) { d.command(t, "client", "delete", a.ClientID) },
			"consent withdrawn": func(_ *app, _ person, v *visitor, _ *oauth2.Token) {
				v.submit(v.get("/account/connections"), "/account/connections/stop")
			},
			"account deleted": func(_ *app, _ person, v *visitor, _ *oauth2.Token) {
				v.submit(v.get("/account/delete"), "/account/delete")
			},
			"token revoked": func(a *app, _ person, _ *visitor, token *oauth2.Token) {
				a.call(t, d.issuer, "/revoke", "token", token.RefreshToken)
			},
		} {
			a, who := d.app(t), d.person(t)
			token, v := a.tokensIn(t, d.visitor(t), who)
			if !a.introspect(t, d.issuer, token.AccessToken).active() || a.userinfo(t, d.issuer, token.AccessToken).status != 200 {
				t.Fatalf("%s: the token was dead before", what)
			}
			decide(a, who, v, token)
			deadEverywhere(t, a, what, token)
		}
	})
}

func TestWhatIsTakenFromAClientIsFeltWithinASecondOnEveryNode(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who, agent := d.app(t, "--serves", weather), d.person(t), d.agent(t)
		token, service := a.tokens(t, who), agent.token(t, d.issuer).text("access_token")
		d.command(t, "client", "update", a.ClientID, "--name", "Another name")
		if !a.introspect(t, d.issuer, token.AccessToken).active() {
			t.Fatal("a change that takes nothing ended a token")
		}
		d.command(t, "client", "update", a.ClientID, "--scope", "openid profile offline_access")
		d.command(t, "agent", "update", agent.ClientID, "--scope", "other")
		for _, n := range d.nodes {
			felt(t, "token of a person on "+n.name, func() bool { return !a.introspect(t, n.url(), token.AccessToken).active() })
			felt(t, "userinfo on "+n.name, func() bool { return a.userinfo(t, n.url(), token.AccessToken).status == 401 })
			felt(t, "token of the agent on "+n.name, func() bool { return !a.introspect(t, n.url(), service).active() })
		}
		left := a.refresh(t, d.issuer, token.RefreshToken)
		if left.text("scope") != "offline_access openid profile" || !a.introspect(t, d.issuer, left.text("access_token")).active() {
			t.Errorf("what is left: %d %s", left.status, left.body)
		}
	})
}

func TestSigningOutEndsTokensWithoutOfflineAccess(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who := d.app(t), d.person(t)
		a.config.Scopes = []string{"openid", "profile", "email"}
		token, v := a.tokensIn(t, d.visitor(t), who)
		a.config.Scopes = append(a.config.Scopes, "offline_access")
		offline, _ := a.tokensIn(t, v, who)

		stolen := v.http.Jar.Cookies(must[*url.URL](t)(url.Parse(d.issuer)))
		if p := v.submit(v.get("/logout"), "/logout"); !strings.Contains(p.body, "You’re signed out") {
			t.Fatalf("%d %s", p.status, p.body)
		}
		for _, n := range d.nodes {
			felt(t, "the cookie on "+n.name, func() bool { return d.presents(t, n, stolen).status == http.StatusSeeOther })
		}
		deadEverywhere(t, a, "session ended", token)
		if !a.introspect(t, d.issuer, offline.AccessToken).active() || a.refresh(t, d.issuer, offline.RefreshToken).status != 200 {
			t.Error("offline access ended with the session")
		}
	})
}

// presents shows cookies to a node.
func (d *deployment) presents(t *testing.T, n *node, cookies []*http.Cookie) page {
	t.Helper()
	r := must[*http.Request](t)(http.NewRequest(http.MethodGet, n.url()+"/account", nil))
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return must[page](t)(sent(httpClient(), r))
}

func TestDisabledAgentIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, asking := d.agent(t), d.app(t, "--serves", weather)
		token := a.token(t, d.issuer).text("access_token")
		if !asking.introspect(t, d.issuer, token).active() {
			t.Fatal("the resource server may not ask about tokens made for it")
		}
		d.command(t, "agent", "disable", a.ClientID)
		for _, n := range d.nodes {
			if r := a.token(t, n.url()); r.status != 401 || r.text("error") != "invalid_client" {
				t.Errorf("a disabled agent on %s: %d %s", n.name, r.status, r.body)
			}
			felt(t, "introspection on "+n.name, func() bool { return !asking.introspect(t, n.url(), token).active() })
		}
		d.command(t, "agent", "enable", a.ClientID)
		if asking.introspect(t, d.issuer, token).active() {
			t.Error("a token from before came back to life")
		}
		felt(t, "enabled again", func() bool { return a.token(t, d.issuer).status == 200 })
	})
}

func TestOldSecretIsRefusedOnceItIsRevoked(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a := d.agent(t)
		second := a
		second.registered = d.secretAdd(t, "agent", a.ClientID)
		if a.token(t, d.issuer).status != 200 || second.token(t, d.issuer).status != 200 {
			t.Fatal("two secrets are not both good")
		}
		d.command(t, "agent", "secret", "revoke", a.ClientID, a.SecretID)
		for _, n := range d.nodes {
			if a.token(t, n.url()).status != 401 || second.token(t, n.url()).status != 200 {
				t.Errorf("%s does not know which secret was revoked", n.name)
			}
		}
	})
}

func TestReplayedCodeEndsWhatItGave(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who, v := d.app(t, "--first-party"), d.person(t), d.visitor(t)
		q := a.begin()
		answer := v.arrive(d, v.get(q.url), who)
		token := a.redeem(t, q, answer)
		again := a.call(t, d.issuer, "/token", "grant_type", "authorization_code", "code", answer.Get("code"),
			"redirect_uri", webCallback, "code_verifier", q.verifier)
		if again.status != 400 || again.text("error") != "invalid_grant" {
			t.Errorf("%d %s", again.status, again.body)
		}
		deadEverywhere(t, a, "code replayed", token)
	})
}

func TestReusedRefreshTokenEndsTheFamily(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a := d.app(t)
		first := a.tokens(t, d.person(t))
		second := a.refresh(t, d.issuer, first.RefreshToken)
		if retry := a.refresh(t, d.issuer, first.RefreshToken); retry.text("refresh_token") != second.text("refresh_token") {
			t.Fatal("a retry got another successor")
		}
		third := a.refresh(t, d.issuer, second.text("refresh_token"))
		if r := a.refresh(t, d.issuer, first.RefreshToken); r.status != 400 || r.text("error") != "invalid_grant" {
			t.Errorf("%d %s", r.status, r.body)
		}
		deadEverywhere(t, a, "refresh token reused",
			&oauth2.Token{AccessToken: third.text("access_token"), RefreshToken: third.text("refresh_token")})
	})
}
