package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestConsentIsGivenOnlyByWhoWasAsked(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who, v := d.app(t), d.person(t), d.visitor(t)
		asked := v.signIn(d, v.follow(v.get(a.begin().url)), who)
		_, fields := asked.form(t, "/consent")

		stranger := d.visitor(t)
		fields.Set("decision", "allow")
		staysHere(t, "without a session", stranger.post("/consent", fields))
		stranger.signIn(d, stranger.follow(stranger.get(a.begin().url)), d.person(t))
		staysHere(t, "by somebody else", stranger.post("/consent", fields))
		for _, decision := range []string{"", "yes", "ALLOW"} {
			if p := v.post("/consent", url.Values{"request": fields["request"], "decision": {decision}}); p.status != http.StatusBadRequest {
				t.Errorf("decision %q: %d", decision, p.status)
			}
		}
		if v.handedOver(v.follow(v.submit(asked, "/consent", "decision", "allow"))).Get("code") == "" {
			t.Error("the one who was asked cannot allow it any more")
		}
		staysHere(t, "a finished request", v.post("/consent", fields))
	})
}

func TestConsentIsAskedAgainForMore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who := d.app(t), d.person(t)
		a.config.Scopes = []string{"openid", "profile"}
		_, v := a.tokensIn(t, d.visitor(t), who)
		a.config.Scopes = []string{"openid", "profile", "email"}
		asked := v.follow(v.get(a.begin().url))
		if !asked.has("/consent") || strings.Count(asked.body, `class="new"`) != 1 {
			t.Errorf("%d: the new scope is not marked", asked.status)
		}
	})
}

func TestPromptNoneShowsNoPage(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who, v := d.app(t), d.person(t), d.visitor(t)
		toldToApp(t, d, "nobody signed in", "login_required", v.get(a.begin("prompt", "none").url))
		v.signIn(d, v.get("/login"), who)
		toldToApp(t, d, "not allowed yet", "consent_required", v.get(a.begin("prompt", "none").url))
		a.tokensIn(t, v, who)
		q := a.begin("prompt", "none")
		a.redeem(t, q, v.handedOver(v.get(q.url)))
		toldToApp(t, d, "too long ago", "login_required", v.get(a.begin("prompt", "none", "max_age", "0").url))
	})
}

func TestFreshSignInIsHonoured(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who := d.app(t), d.person(t)
		_, v := a.tokensIn(t, d.visitor(t), who)
		for name, value := range map[string]string{"prompt": "login", "max_age": "0"} {
			if p := v.follow(v.get(a.begin(name, value).url)); !p.has("/login/mail") {
				t.Errorf("%s=%s does not ask for a sign-in: %d", name, value, p.status)
			}
		}
		q := a.begin("max_age", "10000")
		a.redeem(t, q, v.handedOver(v.follow(v.get(q.url))))
		q = a.begin("prompt", "login")
		login := v.follow(v.get(q.url))
		if p := v.get("/authorize/" + handleIn(login)); p.status != http.StatusSeeOther || !strings.HasPrefix(p.location, "/login") {
			t.Errorf("prompt=login can be walked around: %d %s", p.status, p.location)
		}
		a.redeem(t, q, v.handedOver(v.signIn(d, login, who)))
	})
}

func handleIn(p page) string {
	for _, form := range formTag.FindAllStringSubmatch(p.body, -1) {
		if handle := fieldsOf(form[2]).Get("request"); handle != "" {
			return handle
		}
	}
	return ""
}

func TestHostileNamesAreOnlyText(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, v := d.app(t), d.visitor(t)
		for _, hint := range []string{`"><script>alert(1)</script>`, `'"onfocus=alert(1) autofocus x="`, "</title><img src=x onerror=alert(1)>", "javascript:alert(1)", "{{.}}"} {
			p := v.follow(v.get(a.begin("login_hint", hint).url))
			if strings.Contains(p.body, "<script>alert") || strings.Contains(p.body, "<img src=x") || strings.Contains(p.body, `"onfocus=`) {
				t.Errorf("%s is more than text", hint)
			}
		}
	})
}
