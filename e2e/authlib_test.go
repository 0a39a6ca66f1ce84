package e2e

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// python is a program of clients/authlib with what it finds in its environment.
func python(t testing.TB, args []string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(tool(t, "authlib/bin/python"), args...)
	cmd.Dir = "clients/authlib"
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "PYTHONDONTWRITEBYTECODE=1"}, env...)
	return cmd
}

func TestFlaskSignsPeopleIn(t *testing.T) {
	t.Parallel()
	d := onCluster(t)
	address, port := freeSite(t)
	r := d.create(t, "client", "--name", "Flask", "--redirect-uri", address+"/callback", "--post-logout-redirect-uri", address+"/")
	site(t, python(t, []string{"-m", "flask", "--app", "app", "run", "--port", port},
		"ISSUER="+d.issuer, "CLIENT_ID="+r.ClientID, "CLIENT_SECRET="+r.ClientSecret, "APP_SECRET="+random()), "flask", address)
	who, v := d.person(t), d.visitor(t)
	if p := v.get(address); strings.TrimSpace(p.body) != "null" {
		t.Fatalf("before anybody signs in: %d %s", p.status, p.body)
	}
	var claims struct{ Sub, Email, Iss string }
	p := v.through(d, address+"/login", who)
	if err := json.Unmarshal([]byte(p.body), &claims); err != nil || claims.Sub != who.id || claims.Email != who.email || claims.Iss != d.issuer {
		t.Fatalf("%d %s", p.status, p.body)
	}
	if p := v.through(d, address+"/logout", who); p.status != http.StatusOK || strings.TrimSpace(p.body) != "null" || v.signedIn() {
		t.Errorf("after signing out: %d %s", p.status, p.body)
	}
}

func TestAuthlibSignsIntoAProgramAndRefreshes(t *testing.T) {
	t.Parallel()
	d := onCluster(t)
	r := d.create(t, "client", "--name", "Python program", "--public", "--redirect-uri", "http://127.0.0.1/callback")
	cmd := python(t, []string{"session.py"}, "ISSUER="+d.issuer, "CLIENT_ID="+r.ClientID)
	in, out := must[io.WriteCloser](t)(cmd.StdinPipe()), must[io.ReadCloser](t)(cmd.StdoutPipe())
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	said := bufio.NewReader(out)
	begin, err := said.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	who, v := d.person(t), d.visitor(t)
	answer := v.arrive(d, v.get(strings.TrimSpace(begin)), who)
	if _, err := io.WriteString(in, "http://127.0.0.1:8400/callback?"+answer.Encode()+"\n"); err != nil {
		t.Fatal(err)
	}
	var told struct {
		Person, Again struct{ Sub, Email string }
		Tokens        []string
	}
	if err := json.NewDecoder(said).Decode(&told); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, token := range told.Tokens {
		lab.seen.secret("token", token)
	}
	if told.Person.Sub != who.id || told.Person.Email != who.email || told.Again != told.Person {
		t.Errorf("%+v", told)
	}
	if slices.Sort(told.Tokens); len(slices.Compact(told.Tokens)) != 4 {
		t.Error("a refresh gave nothing new")
	}
}

func TestAuthlibActsAsItself(t *testing.T) {
	t.Parallel()
	d := onCluster(t)
	k := newKeyholder(t)
	private := filepath.Join(t.TempDir(), "private.jwk.json")
	if err := os.WriteFile(private, must[[]byte](t)(json.Marshal(k.key)), 0o600); err != nil {
		t.Fatal(err)
	}
	withSecret, withKey := d.agent(t), d.agent(t, "--jwks", k.published())
	for how, env := range map[string][]string{
		"secret": {"CLIENT_ID=" + withSecret.ClientID, "CLIENT_SECRET=" + withSecret.ClientSecret},
		"key":    {"CLIENT_ID=" + withKey.ClientID, "CLIENT_KEY=" + private},
	} {
		cmd := python(t, []string{"agent.py"}, append(env, "ISSUER="+d.issuer)...)
		cmd.Stderr = os.Stderr
		var tokens []struct {
			AccessToken string `json:"access_token"`
			Scope       string
		}
		if err := json.Unmarshal(must[[]byte](t)(cmd.Output()), &tokens); err != nil || len(tokens) != 2 {
			t.Fatalf("by its %s: %v", how, err)
		}
		for _, token := range tokens {
			lab.seen.secret("access token", token.AccessToken)
			if claims, _, err := d.verify(httpClient(), token.AccessToken); err != nil || claims.Scope != "read_weather" || token.Scope != "read_weather" {
				t.Errorf("by its %s: %v %+v", how, err, claims)
			}
		}
	}
}
