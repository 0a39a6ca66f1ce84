package e2e

import (
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

func readLog(n *node) ([]byte, error) { return os.ReadFile(n.process.log) }

// onBothDev runs a test on `symbolon dev`, which may ask programs on this machine: one node, and two.
func onBothDev(t *testing.T, test func(t *testing.T, d *deployment)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, own(t, plan{name: "dev", nodes: 1, dev: true})) })
	t.Run("cluster", func(t *testing.T) {
		test(t, own(t, plan{name: "devcluster", nodes: 2, dev: true, database: newDatabase(t), redis: newRedis(t)}))
	})
}

func (d *deployment) toldApp(t testing.TB, r *receiver) *app {
	t.Helper()
	return d.app(t, "--first-party", "--backchannel-logout-uri", r.url, "--backchannel-logout-session-required")
}

func TestServeNeverAsksThisMachine(t *testing.T) {
	t.Parallel()
	d, r := ownSQLite(t), newReceiver(t)
	a, who := d.toldApp(t, r), d.person(t)
	_, v := a.tokensIn(t, d.visitor(t), who)
	v.submit(v.get("/logout"), "/logout")
	within(t, 30*time.Second, "a line in the log", func() bool { return d.logged(t, "client not told of a logout") })
	if len(r.heard()) != 0 {
		t.Error("a server on this machine was asked in production")
	}
}

func TestEveryEndOfASessionIsToldToItsApplications(t *testing.T) {
	t.Parallel()
	onBothDev(t, func(t *testing.T, d *deployment) {
		for what, end := range map[string]func(who person, v *visitor, token *oauth2.Token){
			"signed out":    func(_ person, v *visitor, _ *oauth2.Token) { v.submit(v.get("/logout"), "/logout") },
			"user disabled": func(who person, _ *visitor, _ *oauth2.Token) { d.command(t, "user", "disable", who.id) },
			"user deleted":  func(who person, _ *visitor, _ *oauth2.Token) { d.command(t, "user", "delete", who.id) },
			"application asks": func(_ person, v *visitor, token *oauth2.Token) {
				v.get("/logout?id_token_hint=" + idTokenOf(token))
			},
			"ended from elsewhere": func(who person, _ *visitor, _ *oauth2.Token) {
				other := d.visitor(t)
				other.signIn(d, other.follow(other.get("/login")), who)
				other.submit(other.get("/account/sessions"), "/account/sessions/end-others")
			},
			"stolen": func(_ person, v *visitor, _ *oauth2.Token) {
				r := must[*http.Request](t)(http.NewRequest(http.MethodGet, v.at("/account"), nil))
				r.Header.Set("User-Agent", "curl/8")
				must[*http.Response](t)(v.http.Do(r)).Body.Close()
			},
		} {
			first, second := newReceiver(t), newReceiver(t, http.StatusInternalServerError)
			a, b, who := d.toldApp(t, first), d.toldApp(t, second), d.person(t)
			token, v := a.tokensIn(t, d.visitor(t), who)
			other, _ := b.tokensIn(t, v, who)
			end(who, v, token)
			a.told(t, first, 1, who, idTokenOf(token))
			b.told(t, second, 2, who, idTokenOf(other)) // 500, then 200
			if n, m := len(first.heard()), len(second.heard()); n != 1 || m != 2 {
				t.Errorf("%s: told %d and %d times", what, n, m)
			}
			if got := second.heard(); got[0] == got[1] {
				t.Errorf("%s: a token was sent twice", what)
			}
		}
	})
}

func TestManySignOutsAtOnceTellOnce(t *testing.T) {
	t.Parallel()
	onBothDev(t, func(t *testing.T, d *deployment) {
		r := newReceiver(t)
		a, who := d.toldApp(t, r), d.person(t)
		token, v := a.tokensIn(t, d.visitor(t), who)
		action, fields := v.get("/logout").form(t, "/logout")
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				if p := v.post(action, fields); p.status != http.StatusOK {
					t.Errorf("%d", p.status)
				}
			})
		}
		all.Wait()
		a.told(t, r, 1, who, idTokenOf(token))
		time.Sleep(1500 * time.Millisecond) // a second notice would have come with the next poll
		if n := len(r.heard()); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

// The person is signed out while the application's server still hangs: nothing waits for it.
func TestSlowApplicationHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	d := own(t, plan{name: "dev", nodes: 1, dev: true})
	slow := newReceiver(t)
	slow.hang = make(chan struct{})
	release := sync.OnceFunc(func() { close(slow.hang) })
	t.Cleanup(release)
	a, who := d.toldApp(t, slow), d.person(t)
	token, v := a.tokensIn(t, d.visitor(t), who)
	v.submit(v.get("/logout"), "/logout")
	slow.await(t, 1)
	if v.signedIn() || a.introspect(t, d.issuer, token.AccessToken).status != http.StatusOK {
		t.Error("the person is still signed in")
	}
	within(t, 30*time.Second, "giving up after five seconds", func() bool { return d.logged(t, `error=timeout`) || d.logged(t, `"error":"timeout"`) })
	release()
	slow.mu.Lock()
	slow.hang = nil
	slow.mu.Unlock()
	a.told(t, slow, 2, who, idTokenOf(token))
}

func TestApplicationsAreToldAlthoughTheNodesWereKilled(t *testing.T) {
	t.Parallel()
	onBothDev(t, func(t *testing.T, d *deployment) {
		r := newReceiver(t)
		a, who := d.toldApp(t, r), d.person(t)
		token, v := a.tokensIn(t, d.visitor(t), who)
		r.hang = make(chan struct{})
		v.submit(v.get("/logout"), "/logout")
		for _, n := range d.nodes { // before it was delivered, or amid that
			n.process.kill()
		}
		before := len(r.heard())
		close(r.hang)
		for _, n := range d.nodes {
			n.start(t)
		}
		a.told(t, r, before+1, who, idTokenOf(token))
	})
}
