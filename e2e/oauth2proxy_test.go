package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// proxied is an application behind oauth2-proxy, which runs with what `client create` has printed. On
// the command line is what is of this machine, and what a test adds.
func (d *deployment) proxied(t testing.TB, flags ...string) (address, settings string) {
	t.Helper()
	address, port := freeSite(t)
	_, settings = d.configured(t, "oauth2-proxy", "--url", address)
	proxy(t, port, settings, flags...)
	return address, settings
}

// proxy starts oauth2-proxy in front of an application that echoes.
func proxy(t testing.TB, port, settings string, flags ...string) {
	t.Helper()
	backend := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(backend.Close)
	file := filepath.Join(t.TempDir(), "oauth2-proxy.cfg")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	flags = append(flags, "--config", file, "--http-address", "127.0.0.1:"+port, "--upstream", backend.URL)
	site(t, exec.Command(tool(t, "bin/oauth2-proxy"), flags...), "oauth2-proxy", "http://127.0.0.1:"+port+"/ping")
}

func TestOAuth2ProxyTellsTheApplicationWhoItIs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		address, _ := d.proxied(t)
		who, v := d.engineer(t), d.visitor(t)
		p := v.get(address + "/page")
		q := must[*url.URL](t)(url.Parse(p.location)).Query()
		if p.status != http.StatusFound || !strings.HasPrefix(p.location, d.issuer+"/authorize?") || q.Get("code_challenge_method") != "S256" {
			t.Fatalf("somebody unknown gets in, or is not sent here with PKCE: %d %s", p.status, p.location)
		}
		p = v.through(d, address+"/page", who)
		for _, want := range []string{"X-Forwarded-User: " + who.id, "X-Forwarded-Email: " + who.email, "X-Forwarded-Groups: engineering,on-call"} {
			if p.status != http.StatusOK || !strings.Contains(p.body, want+"\r\n") {
				t.Errorf("the application is not told %s: %d\n%s", want, p.status, p.body)
			}
		}
		lie := must[*http.Request](t)(http.NewRequest(http.MethodGet, address+"/page", nil))
		lie.Header.Set("X-Forwarded-Email", "evil@example.com")
		if p := v.send(lie); strings.Contains(p.body, "evil") || !strings.Contains(p.body, who.email) {
			t.Errorf("a browser tells the application who it is: %d\n%s", p.status, p.body)
		}
	})
}

// A page has pictures: a browser asks for many things at once, and every one refreshes.
func TestOAuth2ProxyRefreshesForAWholePageAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		address, _ := d.proxied(t, "--cookie-refresh", "1s")
		who, v := d.engineer(t), d.visitor(t)
		v.through(d, address+"/", who)
		d.command(t, "user", "groups", who.id, "--group", "moved")
		within(t, 20*time.Second, "the new group", func() bool {
			return strings.Contains(v.get(address+"/").body, "X-Forwarded-Groups: moved\r\n")
		})
		for range 3 {
			time.Sleep(1100 * time.Millisecond) // it counts in whole seconds
			var all sync.WaitGroup
			for range 6 {
				all.Go(func() {
					if p := v.get(address + "/picture"); p.status != http.StatusOK {
						t.Errorf("sent away: %d %s", p.status, p.location)
					}
				})
			}
			all.Wait()
		}
	})
}

func TestOAuth2ProxySignsOutHereToo(t *testing.T) {
	t.Parallel()
	d := onCluster(t)
	address, settings := d.proxied(t)
	link := regexp.MustCompile(`(?m)^# (http\S+)$`).FindStringSubmatch(settings)[1]
	who, v := d.person(t), d.visitor(t)
	v.through(d, address+"/", who)
	p := v.through(d, link, who)
	if !p.has("/logout") {
		t.Fatalf("nobody is asked: %d %s", p.status, p.body)
	}
	p = v.submit(p, "/logout")
	if leadsTo(p) != address+"/" || v.signedIn() {
		t.Errorf("the session lives on, or the browser does not come back: %d %s", p.status, leadsTo(p))
	}
	if p := v.get(address + "/"); !strings.HasPrefix(p.location, d.issuer+"/authorize?") {
		t.Errorf("oauth2-proxy still lets them in: %d %s", p.status, p.location)
	}
}

// What people get wrong, and what their browser shows then: a page of oauth2-proxy's, or one of ours.
func TestOAuth2ProxyWithWrongSettingsLetsNobodyIn(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	for what, c := range map[string]struct{ old, wrong, shows string }{
		"no PKCE":              {`code_challenge_method = "S256"`, "", "provider returned an error: invalid_request"},
		"a scope of its own":   {"email groups", "email groups admin", "provider returned an error: invalid_scope"},
		"another way back":     {"/oauth2/callback", "/callback", "/docs/errors.md#invalid_request"},
		"no such client":       {`client_id = "c_`, `client_id = "c_x`, "/docs/errors.md#invalid_client"},
		"other mail addresses": {`["*"]`, `["other.example"]`, "Forbidden"},
		"groups nobody is in":  {"cookie_refresh", "allowed_groups = [\"directors\"]\ncookie_refresh", "Forbidden"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			address, port := freeSite(t)
			_, settings := d.configured(t, "oauth2-proxy", "--url", address)
			proxy(t, port, strings.Replace(settings, c.old, c.wrong, 1))
			v := d.visitor(t)
			p := v.through(d, address+"/", d.person(t))
			if p.status < 400 || !strings.Contains(p.body, c.shows) {
				t.Errorf("%d, and not %s:\n%s", p.status, c.shows, p.body)
			}
			if p := v.get(address + "/"); p.status != http.StatusFound {
				t.Errorf("let in afterwards: %d", p.status)
			}
		})
	}
}

func TestOAuth2ProxyWithTheWrongSecretLetsNobodyIn(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	address, port := freeSite(t)
	_, settings := d.configured(t, "oauth2-proxy", "--url", address)
	proxy(t, port, strings.Replace(settings, "symbolon_cs_", "symbolon_cs_x", 1))
	v := d.visitor(t)
	answer := v.arrive(d, v.get(v.get(address+"/").location), d.person(t))
	r := must[*http.Request](t)(http.NewRequest(http.MethodGet, address+"/oauth2/callback?"+answer.Encode(), nil))
	if p := must[page](t)(sent(v.http, r)); p.status != http.StatusInternalServerError { // it does not say more
		t.Errorf("%d %s", p.status, p.body)
	}
	if p := v.get(address + "/"); p.status != http.StatusFound {
		t.Errorf("let in afterwards: %d", p.status)
	}
}
