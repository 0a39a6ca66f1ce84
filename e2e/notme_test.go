package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

func TestThisWasNotMeThrowsTheOtherOneOut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who, v := d.app(t), d.person(t), d.visitor(t)
		a.config.Scopes = []string{"openid"}
		v.signIn(d, v.get("/login"), who)
		token, thief := a.tokensIn(t, d.visitor(t), who)
		var activity page
		within(t, 10*time.Second, "the other sign-in in the activity", func() bool {
			activity = v.get("/account/activity")
			return strings.Contains(activity.body, "Gave Weather app access to your account") && activity.has("/account/activity/not-me")
		})
		p := v.submit(activity, "/account/activity/not-me")
		if p.status != http.StatusOK || !strings.Contains(p.body, "All other browsers were signed out") || !strings.Contains(p.body, `href="/account`) {
			t.Errorf("%d, or it does not lead on:\n%s", p.status, p.body)
		}
		for range d.nodes {
			felt(t, "the other browser", func() bool { return !thief.signedIn() })
		}
		deadEverywhere(t, a, "session of the other one", &oauth2.Token{AccessToken: token.AccessToken})
		if !v.signedIn() {
			t.Error("the one who said so is out")
		}
		if stranger := thief.post("/account/activity/not-me", url.Values{"event": {"x"}}); stranger.status != http.StatusSeeOther {
			t.Errorf("a stranger: %d", stranger.status)
		}
	})
}

const otherBrowser = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15"

// with presents the visitor's cookies in another browser, or from another network.
func (v *visitor) with(userAgent, address string) page {
	v.t.Helper()
	r := must[*http.Request](v.t)(http.NewRequest(http.MethodGet, v.home+"/account", nil))
	r.Header.Set("User-Agent", userAgent)
	thief := *v.http
	if address != "" {
		thief.Transport = from{address}
	}
	response := must[*http.Response](v.t)(thief.Do(r))
	response.Body.Close()
	return page{status: response.StatusCode, location: response.Header.Get("Location")}
}

const ownBrowser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" // of every visitor

func TestStolenCookieIsWorthNothingInAnotherBrowser(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		v := d.visitor(t)
		who := d.person(t)
		v.signIn(d, v.get("/login"), who)
		if p := v.with(ownBrowser, newNetwork()); p.status != http.StatusOK {
			t.Errorf("in another network: %d %s", p.status, p.location)
		}
		if p := v.with(otherBrowser, ""); p.status != http.StatusSeeOther {
			t.Errorf("in another browser: %d", p.status)
		}
		if v.signedIn() {
			t.Error("the session goes on")
		}
		again := d.visitor(t)
		again.signIn(d, again.get("/login"), who)
		for _, sentence := range []string{"Continued from a different network.", "used from a different browser"} {
			within(t, 10*time.Second, "activity: "+sentence, func() bool {
				return strings.Contains(again.get("/account/activity").body, sentence)
			})
		}
	})
}

func TestStrictDeploymentSignsOutInAnotherNetwork(t *testing.T) {
	t.Parallel()
	d := own(t, plan{name: "strict", nodes: 1, env: []string{"SYMBOLON_SESSION_BINDING=network"}})
	v := d.visitor(t)
	v.signIn(d, v.get("/login"), d.person(t))
	if p := v.with(ownBrowser, ""); p.status != http.StatusOK {
		t.Fatalf("at home: %d", p.status)
	}
	if p := v.with(ownBrowser, newNetwork()); p.status != http.StatusSeeOther {
		t.Errorf("in another network: %d", p.status)
	}
	if v.signedIn() {
		t.Error("the session goes on")
	}
}
