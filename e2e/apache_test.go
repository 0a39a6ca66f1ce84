package e2e

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const apacheModules = "/usr/lib/apache2/modules"

// apache is Apache with mod_auth_openidc in front of an application. settings are what makes the two
// know us: definitions, and the part of a virtual host.
func apache(t testing.TB, port string, settings string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(apacheModules, "mod_auth_openidc.so")); err != nil {
		t.Fatal("mod_auth_openidc is not installed: make tools")
	}
	dir := t.TempDir()
	var config strings.Builder
	for _, module := range strings.Fields("mpm_event authn_core authz_core authz_user headers proxy proxy_http auth_openidc") {
		fmt.Fprintf(&config, "LoadModule %s_module %s/mod_%s.so\n", module, apacheModules, module)
	}
	fmt.Fprintf(&config, "User www-data\nGroup www-data\nServerName 127.0.0.1\nListen 127.0.0.1:%s\nServerRoot %s\nDefaultRuntimeDir %s\nPidFile %s/pid\nErrorLog /dev/stderr\n%s",
		port, dir, dir, dir, settings)
	file := filepath.Join(dir, "apache.conf")
	if err := os.WriteFile(file, []byte(config.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	site(t, exec.Command("/usr/sbin/apache2", "-DFOREGROUND", "-f", file), "apache", "http://127.0.0.1:"+port)
}

// wiki is an application behind Apache, as docs/clients/apache.md sets it up.
func (d *deployment) wiki(t testing.TB, admin person) (address string) {
	t.Helper()
	backend := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(backend.Close)
	address, port := freeSite(t)
	r := d.create(t, "client", "--name", "Wiki", "--redirect-uri", address+"/app/callback")
	var settings strings.Builder
	for name, value := range map[string]string{
		"ISSUER": d.issuer, "CLIENT_ID": r.ClientID, "CLIENT_SECRET": r.ClientSecret, "SITE": address,
		"PASSPHRASE": random(), "BACKEND": backend.URL, "ADMIN": admin.email,
	} {
		fmt.Fprintf(&settings, "Define %s %q\n", name, value)
	}
	apache(t, port, settings.String()+"Include "+must[string](t)(filepath.Abs("clients/apache/site.conf"))+"\n")
	return address
}

func TestApacheProtectsAnApplication(t *testing.T) {
	t.Parallel()
	d := onCluster(t)
	who, admin := d.person(t), d.person(t)
	address := d.wiki(t, admin)

	v := d.visitor(t)
	if p := v.get(address + "/app/"); p.status != http.StatusFound || !strings.HasPrefix(p.location, d.issuer+"/authorize?") || !strings.Contains(p.location, "code_challenge_method=S256") {
		t.Fatalf("somebody unknown gets in, or is not sent here with PKCE: %d %s", p.status, p.location)
	}
	p := v.through(d, address+"/app/page", who)
	for _, want := range []string{"X-Remote-User: " + who.email, "Oidc_claim_sub: " + who.id, "Oidc_claim_name: Ada Lovelace"} {
		if p.status != http.StatusOK || !strings.Contains(p.body, want) {
			t.Errorf("the application is not told %s: %d\n%s", want, p.status, p.body)
		}
	}
	lie := must[*http.Request](t)(http.NewRequest(http.MethodGet, address+"/app/page", nil))
	lie.Header["OIDC_CLAIM_sub"], lie.Header["X-Remote-User"] = []string{"u_evil"}, []string{"evil@example.com"}
	if p := v.send(lie); p.status != http.StatusOK || strings.Contains(p.body, "evil") {
		t.Errorf("a browser tells the application who it is: %d\n%s", p.status, p.body)
	}
	if p := v.get(address + "/app/admin"); p.status == http.StatusOK {
		t.Errorf("who is no administrator gets in: %s", p.body)
	}
	if p := d.visitor(t).through(d, address+"/app/admin", admin); p.status != http.StatusOK {
		t.Errorf("the administrator is kept out: %d %s", p.status, p.body)
	}
}

// Apache is configured with what `symbolon client create --app apache` prints, and nothing else.
func TestApacheSignsOutHereToo(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	who := d.person(t)
	address, port := freeSite(t)
	_, settings := d.configured(t, "apache", "--url", address)
	apache(t, port, settings)
	v := d.visitor(t)
	v.through(d, address+"/app/", who)
	if !v.signedIn() {
		t.Fatal("nobody is signed in")
	}
	if p := v.through(d, address+"/app/callback?logout="+address+"/", who); p.status != http.StatusNotFound {
		t.Errorf("the browser does not come back: %d %s", p.status, p.body)
	}
	if v.signedIn() {
		t.Error("the session lives on")
	}
	if p := v.get(address + "/app/"); p.status != http.StatusFound {
		t.Errorf("Apache still lets them in: %d", p.status)
	}
}

// Sessions end at Apache when they end here, whoever ended them: by a notice to it, which it gets through
// a proxy that ends TLS, and by the frame in the browser that signs out.
func TestApacheIsToldOfALogout(t *testing.T) {
	t.Parallel()
	address, port := freeSite(t)
	proxy := newInner(t, httputil.NewSingleHostReverseProxy(must[*url.URL](t)(url.Parse(address))))
	d := own(t, proxy.plan(plan{name: "apache", nodes: 1}))
	made, settings := d.configured(t, "apache", "--url", address, "--backchannel-logout-uri", proxy.URL+"/app/callback?logout=backchannel")
	apache(t, port, settings)
	letsIn := func(v *visitor) bool { return v.get(address+"/app/").status != http.StatusFound }

	who := d.person(t)
	here, elsewhere, other := d.visitor(t), d.visitor(t), d.visitor(t)
	for _, v := range []*visitor{here, elsewhere} {
		v.through(d, address+"/app/", who)
	}
	other.through(d, address+"/app/", d.person(t))
	elsewhere.submit(elsewhere.get("/logout"), "/logout")
	within(t, 30*time.Second, "Apache to sign out by a notice", func() bool { return !letsIn(elsewhere) })
	if !letsIn(here) || !letsIn(other) {
		t.Error("another session has ended, too")
	}

	d.command(t, "client", "update", made.ClientID, "--backchannel-logout-uri", "",
		"--frontchannel-logout-uri", address+"/app/callback?logout=get", "--frontchannel-logout-session-required")
	p := here.submit(here.get("/logout"), "/logout")
	_, frame, framed := strings.Cut(p.body, `<iframe hidden src="`)
	frame, _, _ = strings.Cut(frame, `"`)
	if !framed {
		t.Fatalf("there is no frame: %d %s", p.status, p.body)
	}
	if !letsIn(here) {
		t.Error("signed out before the frame is loaded")
	}
	if p := here.get(html.UnescapeString(frame)); p.status != http.StatusOK || letsIn(here) {
		t.Errorf("the frame signs nobody out: %d %s", p.status, p.body)
	}
	if !letsIn(other) {
		t.Error("another session has ended, too")
	}
}
