package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// webApp is somebody's web application: how it starts, and what it must be registered with.
type webApp struct {
	command  func(t *testing.T, port string, env ...string) *exec.Cmd
	callback string
	flags    []string
}

var withoutPKCE = []string{"--require-pkce=false"}

// start registers the application, runs it at an address of its own, and returns that.
func (a webApp) start(t *testing.T, d *deployment, name string) (address string) {
	t.Helper()
	address, port := freeSite(t)
	flags := append([]string{"--name", name, "--redirect-uri", address + a.callback, "--post-logout-redirect-uri", address}, a.flags...)
	r := d.create(t, "client", flags...)
	site(t, a.command(t, port, "PORT="+port, "BASE_URL="+address, "ISSUER="+d.issuer, "CLIENT_ID="+r.ClientID, "CLIENT_SECRET="+r.ClientSecret, "APP_SECRET="+random()), name, address)
	return address
}

// signsIn goes to the page of the application where signing in begins, and reads who it says was signed in.
func signsIn(t *testing.T, d *deployment, v *visitor, begin string) {
	t.Helper()
	who := d.person(t)
	var said struct{ Sub, Email string }
	p := v.through(d, begin, who)
	if err := json.Unmarshal([]byte(p.body), &said); err != nil || said.Sub != who.id || said.Email != who.email {
		t.Errorf("%d %s", p.status, p.body)
	}
}

func nodeApp(program string) func(t *testing.T, port string, env ...string) *exec.Cmd {
	return func(t *testing.T, _ string, env ...string) *exec.Cmd {
		cmd := exec.Command(nodeJS(t), program)
		cmd.Dir, cmd.Env = nodeClients, env
		return cmd
	}
}

func goApp(dir string) func(t *testing.T, port string, env ...string) *exec.Cmd {
	return func(t *testing.T, _ string, env ...string) *exec.Cmd {
		program := filepath.Join(t.TempDir(), "app")
		build := exec.Command("go", "build", "-o", program, ".")
		build.Dir, build.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		cmd := exec.Command(program)
		cmd.Env = env
		return cmd
	}
}

func TestRecipesSignPeopleIn(t *testing.T) {
	t.Parallel()
	d := onCluster(t)
	for name, recipe := range map[string]struct {
		webApp
		begin string
	}{
		"go-oidc": {webApp{command: goApp("clients/webapp"), callback: "/callback"}, "/login"},
		"FastAPI": {webApp{command: func(t *testing.T, port string, env ...string) *exec.Cmd {
			return python(t, []string{"-m", "uvicorn", "fastapi_app:app", "--port", port}, env...)
		}, callback: "/callback"}, "/login"},
		"goth":                   {webApp{command: goApp("clients/goth"), callback: "/callback", flags: withoutPKCE}, "/login"},
		"passport-openidconnect": {webApp{command: nodeApp("passport.mjs"), callback: "/callback", flags: withoutPKCE}, "/login"},
		"flask-oidc": {webApp{command: func(t *testing.T, port string, env ...string) *exec.Cmd {
			return python(t, []string{"-m", "flask", "--app", "flask_oidc_app", "run", "--port", port}, env...)
		}, callback: "/authorize", flags: withoutPKCE}, "/login"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			signsIn(t, d, d.visitor(t), recipe.start(t, d, name)+recipe.begin)
		})
	}
}

func TestExpressSignsPeopleInAndOut(t *testing.T) {
	t.Parallel()
	d := onCluster(t)
	address := webApp{command: nodeApp("express.mjs"), callback: "/callback"}.start(t, d, "Express")
	v := d.visitor(t)
	signsIn(t, d, v, address+"/profile")
	if p := v.through(d, address+"/logout", person{}); strings.TrimSpace(p.body) != "null" || v.signedIn() {
		t.Errorf("after signing out: %d %s", p.status, p.body)
	}
}

func TestNextJSSignsPeopleIn(t *testing.T) {
	t.Parallel()
	d := onCluster(t)
	address := webApp{callback: "/api/auth/callback/symbolon", command: func(t *testing.T, port string, env ...string) *exec.Cmd {
		cmd := exec.Command(nodeJS(t), "../node_modules/next/dist/bin/next", "dev", "--hostname", "127.0.0.1", "--port", port)
		cmd.Dir = nodeClients + "/next-app"
		cmd.Env = append(strings.Split(strings.NewReplacer("BASE_URL=", "NEXTAUTH_URL=", "ISSUER=", "SYMBOLON_ISSUER=", "CLIENT_ID=", "SYMBOLON_ID=",
			"CLIENT_SECRET=", "SYMBOLON_SECRET=", "APP_SECRET=", "NEXTAUTH_SECRET=").Replace(strings.Join(env, "\n")), "\n"),
			"PATH="+filepath.Dir(nodeJS(t))+":"+os.Getenv("PATH"), "HOME="+t.TempDir(), "NEXT_TELEMETRY_DISABLED=1")
		return cmd
	}}.start(t, d, "Next.js")
	v, who := d.visitor(t), d.person(t)
	form := v.get(address + "/api/auth/signin")
	began := v.submit(form, address+"/api/auth/signin/symbolon")
	v.through(d, leadsTo(began), who)
	var session struct{ User struct{ ID, Email string } }
	p := v.get(address + "/api/auth/session")
	if err := json.Unmarshal([]byte(p.body), &session); err != nil || session.User.ID != who.id || session.User.Email != who.email {
		t.Errorf("%d %s", p.status, p.body)
	}
}

// TestSinglePageApplication is oidc-client-ts in a real browser: the tokens never pass a server of its own.
func TestSinglePageApplication(t *testing.T) {
	t.Parallel()
	d := onSandbox(t).deployment
	var settings []byte
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(nodeClients+"/spa")))
	mux.Handle("/lib/", http.StripPrefix("/lib/", http.FileServer(http.Dir(nodeClients+"/node_modules"))))
	mux.HandleFunc("/settings.json", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(settings) })
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	r := d.create(t, "client", "--name", "Weather page", "--public", "--redirect-uri", site.URL+"/", "--post-logout-redirect-uri", site.URL+"/")
	settings = must[[]byte](t)(json.Marshal(map[string]string{"issuer": d.issuer, "clientId": r.ClientID}))

	b := newTab(t)
	// A header that scripts add to their requests would have to be allowed first, and pages add none.
	tell(b, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{}})
	b.open(site.URL).see("signed out").press("Sign in here").see("Sign in to Weather page")
	b.press("Alice").see("Weather page").press("Allow").see("signed in alice@example.com")
	b.press("Renew").see("renewed alice@example.com")
	b.press("Sign out here").see("signed out")
}
