package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// What is in clients/ is other people's software, as they publish it, with the settings that our
// documentation shows.

// tool is a program that scripts/tools.sh has installed in this project.
func tool(t testing.TB, path string) string {
	t.Helper()
	program := must[string](t)(filepath.Abs(filepath.Join("..", ".tools", path)))
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("%s is not installed: make tools", path)
	}
	return program
}

// configured registers a known application, and returns the configuration that is printed for it.
func (d *deployment) configured(t testing.TB, app string, flags ...string) (registered, string) {
	t.Helper()
	var made struct {
		registered
		App struct{ Configuration string }
	}
	command := slices.Concat([]string{"client", "create", "--app", app, "--json"}, flags)
	if err := json.Unmarshal(d.command(t, command...), &made); err != nil {
		t.Fatal(err)
	}
	lab.seen.secret("client secret", made.ClientSecret)
	return made.registered, made.App.Configuration
}

// engineer is a person who is in two groups.
func (d *deployment) engineer(t testing.TB) person {
	t.Helper()
	who := d.person(t)
	d.command(t, "user", "groups", who.id, "--group", "engineering", "--group", "on-call")
	return who
}

// site starts somebody's server and waits until it answers at address.
func site(t testing.TB, cmd *exec.Cmd, name, address string) {
	t.Helper()
	p := must[*process](t)(launch(cmd, t.TempDir(), name))
	t.Cleanup(p.kill)
	err := p.answers(20*time.Second, func() error {
		response, err := http.Get(address)
		if err == nil {
			response.Body.Close()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if text, _ := os.ReadFile(p.log); t.Failed() {
			t.Logf("%s wrote:\n%s", name, text)
		}
	})
}

// freeSite is an address of this machine where nothing is yet.
func freeSite(t testing.TB) (address, port string) {
	t.Helper()
	port = fmt.Sprint(must[int](t)(freePort()))
	return "http://127.0.0.1:" + port, port
}

// through opens an address and goes wherever it leads, as a browser would: signs in, allows, and
// comes back to the page of the application.
func (v *visitor) through(d *deployment, address string, who person) page {
	v.t.Helper()
	at := must[*url.URL](v.t)(url.Parse(address))
	p := v.get(address)
	for range 20 {
		switch target := leadsTo(p); {
		case p.has("/login/mail"):
			p = v.signIn(d, p, who)
		case p.has("/consent"):
			p = v.follow(v.submit(p, "/consent", "decision", "allow"))
		case target == "":
			return p
		default:
			at = must[*url.URL](v.t)(at.Parse(target))
			lab.seen.secret("code", at.Query().Get("code"))
			p = v.get(at.String())
		}
	}
	v.t.Fatalf("%s leads nowhere", address)
	return p
}

func leadsTo(p page) string {
	_, target, _ := strings.Cut(p.header.Get("Refresh"), "url=")
	if p.status/100 == 3 {
		target = p.location
	}
	return target
}

// echo is an application behind a proxy: it answers with the headers it was sent.
func echo(w http.ResponseWriter, r *http.Request) {
	_ = r.Header.Write(w)
	_, _ = io.WriteString(w, "\n")
}
