package e2e

import (
	"net/url"
	"strings"
	"testing"
)

// stage is an app, somebody, and the tab in which they meet.
type stage struct {
	*tab
	d   *deployment
	app *app
	cb  *callback
	who person
}

func onStage(t testing.TB, d *deployment, b *tab, flags ...string) *stage {
	t.Helper()
	cb := onLoopback(t)
	return &stage{tab: b, d: d, app: d.app(t, append(flags, "--redirect-uri", cb.url)...), cb: cb, who: d.person(t)}
}

// mail opens the app's request, asks for a mail and returns that one.
func (s *stage) mail(q request) letter {
	s.t.Helper()
	before := len(s.d.post.to(s.who.email))
	s.open(q.url).see("Sign in to Weather app")
	s.fill("email", s.who.email).press("Continue with email").see("Check your email")
	return s.d.post.awaitCode(s.t, s.who.email, before)
}

// allowed answers the consent page, and lets the app redeem what it gets.
func (s *stage) allowed(q request) {
	s.t.Helper()
	s.see("Weather app wants access").press("Allow").see("Back at the app")
	answer, _ := s.cb.await(s.t)
	s.app.redeem(s.t, q, answer)
}

// notNow goes on without the passkey that is offered; a browser without scripts makes none.
func (s *stage) notNow() *stage {
	s.t.Helper()
	if s.script {
		s.see("Sign in faster next time").press("Not now")
	}
	return s
}

// inChromium runs a test on both deployments, and with and without JavaScript: no page may need it,
// so the two are not crossed.
func inChromium(t *testing.T, test func(t *testing.T, d *deployment, b *tab)) {
	t.Helper()
	t.Run("sqlite, script", func(t *testing.T) { t.Parallel(); test(t, onSQLite(t), newTab(t)) })
	t.Run("cluster, no script", func(t *testing.T) { t.Parallel(); test(t, onCluster(t), newTab(t).withoutScript()) })
}

func TestMailedCodeSignsIn(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		q := s.app.begin()
		l := s.mail(q)
		s.fill("code", " "+l.code[:3]+" "+l.code[3:]).press("Sign in")
		s.allowed(q)
	})
}

func TestMailedLinkSignsInTheBrowserThatAsked(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		q := s.app.begin()
		l := s.mail(q)
		if !strings.HasPrefix(l.link, d.issuer+"/login/mail/") {
			t.Errorf("the link is not at the issuer: %s", l.link)
		}
		s.open(l.link).see("Sign in to Weather app").press("Sign in")
		s.allowed(q)
	})
}

func TestMailedLinkShowsOtherBrowsersTheCodeAndSignsNobodyIn(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		q := s.app.begin()
		l := s.mail(q)
		other := newTab(t)
		other.open(l.link).see("Your code")
		if !strings.Contains(other.text(), l.code) || !strings.Contains(other.text(), "Chrom") {
			t.Errorf("neither the code nor who asked is shown:\n%s", other.text())
		}
		other.open(d.issuer + "/account").see("Sign in")

		s.fill("code", l.code).press("Sign in")
		s.allowed(q)
	})
}

func TestNotMeEndsTheLinkAndLeavesTheCodeToItsBrowser(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		q := s.app.begin()
		l := s.mail(q)
		newTab(t).open(l.link).see("Your code").press("This wasn’t me").see("No one was signed in")
		newTab(t).open(l.link).see("This link or code no longer works").press("Request a new code").see("Sign in")
		s.open(l.link).see("Check your email") // where there is a page for what is left of the mail
		s.fill("code", l.code).press("Sign in")
		s.allowed(q)
	})
}

func TestCancelIsToldToTheApp(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		q := s.app.begin()
		l := s.mail(q)
		s.fill("code", l.code).press("Sign in").see("Weather app wants access").press("Cancel").see("Back at the app")
		answer, _ := s.cb.await(t)
		if answer.Get("error") != "access_denied" || answer.Get("state") != q.state || answer.Get("iss") != d.issuer {
			t.Errorf("%v", answer)
		}
	})
}

func TestAppOnTheWebIsAskedForOnce(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		cb := onTheWeb(t)
		s := &stage{tab: b, d: d, app: d.app(t, "--redirect-uri", cb.url), cb: cb, who: d.person(t)}
		q := s.app.begin()
		l := s.mail(q)
		s.fill("code", l.code).press("Sign in")
		s.allowed(q)

		again := s.app.begin()
		s.open(again.url).see("Back at the app")
		answer, _ := cb.await(t)
		s.app.redeem(t, again, answer)
	})
}

func TestAnswerByFormPost(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		q := s.app.begin("response_mode", "form_post")
		l := s.mail(q)
		s.fill("code", l.code).press("Sign in").see("Weather app wants access").press("Allow")
		if !b.script {
			s.see("Back to Weather app").press("Continue to Weather app")
		}
		s.see("Back at the app")
		answer, method := s.cb.await(t)
		if method != "POST" {
			t.Errorf("the answer came by %s", method)
		}
		s.app.redeem(t, q, answer)
	})
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		q := s.app.begin()
		l := s.mail(q)
		s.fill("code", l.code).press("Sign in")
		s.allowed(q)
		s.open(d.issuer + "/account").seeAccount(s.who.email).press("Sign out")
		s.see("Sign out?").press("Sign out").see("You’re signed out")
		s.open(d.issuer + "/account").see("Sign in")
	})
}

func TestTwoTabsEachFinishTheirOwnRequest(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		first, second := s.app.begin(), s.app.begin()
		other := b.another()
		if !b.script {
			other.withoutScript()
		}
		other.open(second.url).see("Sign in to Weather app")
		l := s.mail(first)
		s.fill("code", l.code).press("Sign in")
		s.allowed(first)

		other.reload().see("Weather app wants access").press("Allow").see("Back at the app")
		answer, _ := s.cb.await(t)
		s.app.redeem(t, second, answer)
	})
}

func TestBackAndRefreshLoseNothing(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		q := s.app.begin()
		s.mail(q)
		s.reload().see("Check your email")
		s.back().see("Sign in to Weather app")
		s.reload().see("Sign in to Weather app")
		before := len(d.post.to(s.who.email))
		s.fill("email", s.who.email).press("Continue with email").see("Check your email")
		l := d.post.await(t, s.who.email, before+1)
		s.fill("code", l.code).press("Sign in").see("Weather app wants access")
		s.reload().see("Weather app wants access")
		s.traffic()
		s.back().until("the page before, asked for anew", func() bool { return strings.Contains(strings.Join(s.asked(), " "), "/login/mail/code?") })
		s.see("Weather app wants access")
		s.allowed(q)
	})
}

func TestLostCookiesEndOnAFriendlyPage(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		l := s.mail(s.app.begin())
		s.forgetCookies()
		s.fill("code", l.code).press("Sign in").see("no longer works")
		q := s.app.begin()
		l = s.mail(q)
		s.fill("code", l.code).press("Sign in")
		s.notNow()
		s.allowed(q)
	})
}

func TestRefusedRequestsStayWithUs(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		u := must[*url.URL](t)(url.Parse(s.app.begin().url))
		query := u.Query()
		query.Set("redirect_uri", "https://evil.example/callback")
		u.RawQuery = query.Encode()
		s.open(u.String()).see("We could not complete this request")
		if links := s.ask(`[...document.querySelectorAll("a")].map(a => a.href).join(" ")`); strings.Contains(links, "evil") {
			t.Errorf("the page links to %s", links)
		}
		s.open(d.issuer + "/nothing/here").see("Page not found")
	})
}
