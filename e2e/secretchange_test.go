package e2e

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// secretIs restarts the nodes one by one with this secret.
func (d *deployment) secretIs(t *testing.T, secret string) {
	t.Helper()
	for i, n := range d.nodes {
		n.env = slices.Clone(n.env)
		at := slices.IndexFunc(n.env, func(v string) bool { return strings.HasPrefix(v, "SYMBOLON_SECRET=") })
		n.env[at] = "SYMBOLON_SECRET=" + secret
		d.front.use(d.nodes[1-i])
		n.restart(t, syscall.SIGTERM)
		d.front.use(d.nodes...)
	}
}

// The order of docs/operations.md loses nothing: on every step whoever is signing in gets in, and a
// refresh token of before is good until its secret is dropped, and then invalid_grant.
func TestSecretIsChangedWithoutLoss(t *testing.T) {
	t.Parallel()
	d := ownCluster(t)
	a := d.app(t, "--first-party")
	old := d.setting("SYMBOLON_SECRET")
	next := newSecret()
	first := a.tokens(t, d.person(t))

	waiting, who, q := d.visitor(t), d.person(t), a.begin()
	page := waiting.follow(waiting.get(q.url))
	stop := make(chan struct{})
	var traffic sync.WaitGroup
	traffic.Go(func() {
		for v, ada := d.visitor(t), d.person(t); ; {
			select {
			case <-stop:
				return
			default:
			}
			q := a.begin()
			token := a.redeem(t, q, v.arrive(d, v.get(q.url), ada))
			for _, n := range d.nodes {
				if r := a.refresh(t, d.issuer, token.RefreshToken); r.status != http.StatusOK {
					t.Errorf("refresh beside %s: %d %s", n.name, r.status, r.body)
				} else {
					token.RefreshToken = r.text("refresh_token")
				}
			}
		}
	})
	d.secretIs(t, old+","+next)
	d.secretIs(t, next+","+old)
	r := a.refresh(t, d.issuer, first.RefreshToken)
	close(stop)
	traffic.Wait()
	if r.status != http.StatusOK {
		t.Fatalf("a refresh token of the old secret: %d %s", r.status, r.body)
	}
	a.redeem(t, q, waiting.arrive(d, page, who))

	d.secretIs(t, next)
	refused(t, "a token of the dropped secret", 400, "invalid_grant", a.refresh(t, d.issuer, r.text("refresh_token")))
	if fresh := a.tokens(t, who); a.refresh(t, d.issuer, fresh.RefreshToken).status != http.StatusOK {
		t.Error("a token of the new secret is refused")
	}
}

// setting is what an environment variable of the nodes says.
func (d *deployment) setting(name string) string {
	for _, v := range d.env {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}
