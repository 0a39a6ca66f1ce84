package e2e

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestNothingAcknowledgedIsLostWhenNodesAreKilled(t *testing.T) {
	t.Parallel()
	for _, d := range []*deployment{ownSQLite(t), ownCluster(t)} {
		t.Run(d.name, func(t *testing.T) {
			a, who, v := d.app(t, "--first-party"), d.person(t), d.visitor(t)
			live, _ := a.tokensIn(t, v, who)
			revoked, _ := a.tokensIn(t, v, who)
			code, verifier := a.code(t, v, who)
			spent := []string{"grant_type", "authorization_code", "code", code, "redirect_uri", webCallback, "code_verifier", verifier}
			if r := a.call(t, d.issuer, "/token", spent...); r.status != 200 {
				t.Fatal(r.body)
			}
			next := a.refresh(t, d.issuer, live.RefreshToken).text("refresh_token")
			if r := a.call(t, d.issuer, "/revoke", "token", revoked.RefreshToken); r.status != 200 {
				t.Fatal(r.body)
			}
			for _, n := range d.nodes {
				n.restart(t, syscall.SIGKILL)
			}
			refused(t, "revoked before the kill", 400, "invalid_grant", a.refresh(t, d.issuer, revoked.RefreshToken))
			refused(t, "spent before the kill", 400, "invalid_grant", a.call(t, d.issuer, "/token", spent...))
			if r := a.refresh(t, d.issuer, next); r.status != 200 {
				t.Errorf("rotated before the kill: %d %s", r.status, r.body)
			}
			if !v.signedIn() {
				t.Error("the session is lost")
			}
		})
	}
}

func TestMailIsNotLostWhenANodeIsKilled(t *testing.T) {
	t.Parallel()
	d := ownSQLite(t)
	who, v := d.person(t), d.visitor(t)
	d.post.close(t)
	v.submit(v.get("/login"), "/login/mail", "email", who.email)
	d.becomesDegraded(t, "smtp") // it has tried, and nobody is at it now
	d.nodes[0].process.signal(syscall.SIGKILL)
	<-d.nodes[0].process.done
	d.post.open(t)
	d.nodes[0].start(t)
	d.post.await(t, who.email, 1)
}

func TestRestartInTheMiddleOfSigningIn(t *testing.T) {
	t.Parallel()
	t.Run("sqlite, one node: a friendly page", func(t *testing.T) {
		d := ownSQLite(t)
		s := onStage(t, d, newTab(t))
		l := s.mail(s.app.begin())
		d.nodes[0].restart(t, syscall.SIGTERM)
		s.fill("code", l.code).press("Sign in").see("no longer works")
		s.press("Request a new code")
		s.until("a page that says what to do", func() bool { return strings.Contains(s.text(), "start again") })

		q := s.app.begin()
		l = s.mail(q)
		s.fill("code", l.code).press("Sign in")
		s.allowed(q)
	})
	t.Run("cluster: nobody notices", func(t *testing.T) {
		d := ownCluster(t)
		s := onStage(t, d, newTab(t))
		q := s.app.begin()
		l := s.mail(q)
		for _, n := range d.nodes {
			d.front.use(without(d.nodes, n)...)
			n.restart(t, syscall.SIGTERM)
			d.front.use(d.nodes...)
		}
		s.fill("code", l.code).press("Sign in")
		s.allowed(q)
	})
}

func without(nodes []*node, out *node) (left []*node) {
	for _, n := range nodes {
		if n != out {
			left = append(left, n)
		}
	}
	return left
}

// TestDrainingLosesNoRequest replaces both nodes one after the other, as a rollout does, while
// agents go on asking for tokens through a balancer that heeds /readyz.
func TestDrainingLosesNoRequest(t *testing.T) {
	t.Parallel()
	d := ownCluster(t)
	a := d.agent(t)
	var asked, failed atomic.Int64
	stop := make(chan struct{})
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				time.Sleep(5 * time.Millisecond)
				asked.Add(1)
				if r, err := call(a.http, d.issuer+"/token", a.registered, "grant_type", "client_credentials"); err != nil || r.status != 200 {
					failed.Add(1)
					t.Logf("%d %v", r.status, err)
				}
			}
		})
	}
	for _, n := range d.nodes {
		began := time.Now()
		n.process.signal(syscall.SIGTERM)
		d.waitDraining(t, n)
		d.front.use(without(d.nodes, n)...)
		<-n.process.done
		t.Logf("%s was gone after %s", n.name, time.Since(began).Round(time.Millisecond))
		if n.process.err != nil {
			t.Errorf("%s ended with %v", n.name, n.process.err)
		}
		n.start(t)
		d.front.use(d.nodes...)
	}
	close(stop)
	callers.Wait()
	if failed.Load() > 0 || asked.Load() < 50 {
		t.Errorf("%d of %d requests failed", failed.Load(), asked.Load())
	}
}

// waitDraining is what a balancer does: it asks /readyz until that says no.
func (d *deployment) waitDraining(t *testing.T, n *node) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		response, err := http.Get(n.url() + "/readyz")
		if err != nil {
			t.Fatalf("the listener was closed before the balancer could know: %v", err)
		}
		response.Body.Close()
		if response.StatusCode == http.StatusServiceUnavailable {
			return
		}
	}
	t.Fatal("a draining node says that it is ready")
}

func TestKeysRotateUnderTraffic(t *testing.T) {
	t.Parallel()
	for _, d := range []*deployment{ownSQLite(t), ownCluster(t)} {
		t.Run(d.name, func(t *testing.T) {
			a := d.agent(t)
			before := a.token(t, d.issuer).text("access_token")
			_, header, err := d.verify(a.http, before)
			if err != nil {
				t.Fatal(err)
			}
			var verified, failed atomic.Int64
			stop, done := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(done)
				for {
					select {
					case <-stop:
						return
					default:
					}
					r, err := call(a.http, d.issuer+"/token", a.registered, "grant_type", "client_credentials")
					if err == nil {
						_, _, err = d.verify(a.http, r.text("access_token"))
					}
					if err != nil {
						failed.Add(1)
						t.Log(err)
					}
					verified.Add(1)
				}
			}()
			for range 3 {
				d.command(t, "keys", "rotate")
				time.Sleep(300 * time.Millisecond)
			}
			d.command(t, "keys", "revoke", header.KeyID)
			felt(t, "the key is gone", func() bool { _, _, err := d.verify(a.http, before); return err != nil })
			close(stop)
			<-done
			if failed.Load() > 0 || verified.Load() < 5 {
				t.Errorf("%d of %d tokens did not verify", failed.Load(), verified.Load())
			}
			asking := d.app(t, "--serves", weather)
			for _, n := range d.nodes {
				felt(t, "the key is gone from "+n.name, func() bool { return !asking.introspect(t, n.url(), before).active() })
			}
		})
	}
}

func TestServeRefusesUnsafeConfiguration(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	for what, env := range map[string]string{
		"plain http":          "SYMBOLON_ISSUER=http://login.example",
		"no issuer":           "SYMBOLON_ISSUER=",
		"slash":               "SYMBOLON_ISSUER=https://login.example/",
		"short secret":        "SYMBOLON_SECRET=c2hvcnQ=",
		"placeholder secret":  "SYMBOLON_SECRET=" + strings.Repeat("A", 43) + "=",
		"no secret":           "SYMBOLON_SECRET=",
		"no mail server":      "SYMBOLON_SMTP_URL=",
		"everybody a proxy":   "SYMBOLON_TRUSTED_PROXIES=0.0.0.0/0",
		"tokens of a day":     "SYMBOLON_TOKENS_ACCESS_TTL=24h",
		"unknown database":    "SYMBOLON_DATABASE_URL=mysql://x",
		"retries for an hour": "SYMBOLON_TOKENS_REFRESH_RETRY=1h",
	} {
		out, code := d.fails(t, env, "serve", "--listen", "127.0.0.1:0")
		if code == 0 || len(out) < 20 {
			t.Errorf("%s: exit %d, %q", what, code, out)
		}
	}
	used := t.TempDir()
	p, _ := startDev(t, used)
	p.kill()
	out, code := d.fails(t, "SYMBOLON_DATABASE_URL=sqlite:"+filepath.Join(used, "symbolon-dev", "symbolon.db"), "serve", "--listen", "127.0.0.1:0")
	if code == 0 || !strings.Contains(out, "symbolon dev used this database") || !strings.Contains(out, "delete") {
		t.Errorf("a database of symbolon dev: exit %d, %q", code, out)
	}
	if out, code := d.fails(t, "SYMBOLON_LISTEN=0.0.0.0:0", "dev", "--data", t.TempDir()); code == 0 || !strings.Contains(out, "only on loopback") {
		t.Errorf("dev on every address: exit %d, %q", code, out)
	}
}
