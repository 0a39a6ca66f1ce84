package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// terminal is somebody who runs `symbolon login` and reads what it says.
type terminal struct {
	t    testing.TB
	cmd  *exec.Cmd
	out  bytes.Buffer
	mu   sync.Mutex
	talk bytes.Buffer
}

func (s *terminal) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.talk.Write(p)
}

func (s *terminal) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.talk.String()
}

func (d *deployment) login(t testing.TB, flags ...string) *terminal {
	t.Helper()
	s := &terminal{t: t, cmd: exec.Command(must[string](t)(binary()), append([]string{"login", "--issuer", d.issuer}, flags...)...)}
	s.cmd.Env = []string{"PATH=" + os.Getenv("PATH")} // it needs nothing of ours
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = t.TempDir(), &s.out, s
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(30*time.Second, func() { _ = s.cmd.Process.Kill() })
	t.Cleanup(func() { limit.Stop(); _ = s.cmd.Process.Kill() })
	return s
}

// reads waits until the pattern's group has been said.
func (s *terminal) reads(pattern string) (found string) {
	s.t.Helper()
	within(s.t, 10*time.Second, pattern, func() bool {
		match := regexp.MustCompile(pattern).FindStringSubmatch(s.said())
		if match != nil {
			found = match[1]
		}
		return match != nil
	})
	return found
}

// ends waits for the command, and returns what it has printed and its exit code.
func (s *terminal) ends() (stdout string, code int) {
	s.t.Helper()
	_ = s.cmd.Wait()
	return s.out.String(), s.cmd.ProcessState.ExitCode()
}

const signInAddress = `(http://localhost\S+/authorize\S+)`

func (d *deployment) native(t testing.TB, flags ...string) registered {
	t.Helper()
	return d.create(t, "client", append(flags, "--name", "Terminal", "--public")...)
}

func TestLoginFromATerminalShowsWhatTheTokensSay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		c, who, v := d.native(t, "--redirect-uri", "http://127.0.0.1/callback"), d.person(t), d.visitor(t)
		s := d.login(t, "--client", c.ClientID, "--scope", "openid email offline_access", "--json")
		address := s.reads(signInAddress)
		if q := must[*url.URL](t)(url.Parse(address)).Query(); q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" {
			t.Errorf("%v", q)
		}
		answer := v.arrive(d, v.get(address), who)
		back := must[*url.URL](t)(url.Parse(address)).Query().Get("redirect_uri")
		for what, wrong := range map[string]string{
			"another state": back + "?code=x&state=guess&iss=" + url.QueryEscape(d.issuer),
			"another path":  strings.Replace(back, "/callback", "/", 1) + "?" + answer.Encode(),
		} {
			if p := d.visitor(t).get(wrong); p.status != http.StatusBadRequest {
				t.Errorf("%s is taken: %d", what, p.status)
			}
		}
		if p := v.get(back + "?" + answer.Encode()); p.status != http.StatusOK || !strings.Contains(p.body, "You are signed in") {
			t.Errorf("%d %s", p.status, p.body)
		}
		out, code := s.ends()
		var shown struct {
			IDToken struct {
				Header struct{ Alg string }
				Claims struct{ Sub, Email, Aud string }
			} `json:"id_token"`
			AccessToken struct{ Header struct{ Typ string } } `json:"access_token"`
			Refresh     bool                                  `json:"refresh_token_issued"`
		}
		if err := json.Unmarshal([]byte(out), &shown); err != nil || code != 0 {
			t.Fatalf("exit %d: %v\n%s\n%s", code, err, out, s.said())
		}
		if shown.IDToken.Claims.Sub != who.id || shown.IDToken.Claims.Email != who.email || shown.IDToken.Claims.Aud != c.ClientID ||
			shown.IDToken.Header.Alg != "RS256" || shown.AccessToken.Header.Typ != "at+jwt" || !shown.Refresh {
			t.Errorf("%s", out)
		}
		if strings.Contains(out+s.said(), "symbolon_rt_") || strings.Contains(out, "eyJ") {
			t.Error("a token is shown, and nobody asked")
		}
	})
}

func TestLoginFromATerminalTellsTimesInWords(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	c, who, v := d.create(t, "client", "--name", "Local app", "--redirect-uri", "http://localhost/back"), d.person(t), d.visitor(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(c.ClientSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := d.login(t, "--client", c.ClientID, "--secret-file", secret, "--redirect-uri", "http://localhost/back", "--scope", "openid offline_access", "--raw")
	v.through(d, s.reads(signInAddress), who)
	out, code := s.ends()
	for _, want := range []string{`ID token: its signature is right \(RS256, key \S+, type JWT\)`, `iat +now +20`, `exp +in (59 minutes|1 hours|60 minutes) +20`, `"sub": "` + who.id, `Refresh token: symbolon_rt_`} {
		if !regexp.MustCompile(want).MatchString(out) || code != 0 {
			t.Errorf("exit %d, no %s:\n%s\n%s", code, want, out, s.said())
		}
	}
	for _, token := range regexp.MustCompile(`(?m) token: (\S+)$`).FindAllStringSubmatch(out, -1) {
		lab.seen.secret("token", token[1])
	}
}

func TestLoginFromATerminalSaysWhyItFailed(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	c, v := d.native(t, "--redirect-uri", "http://127.0.0.1/callback"), d.visitor(t)
	s := d.login(t, "--client", c.ClientID)
	consent := v.signIn(d, v.follow(v.get(s.reads(signInAddress))), d.person(t))
	denied := v.handedOver(v.follow(v.submit(consent, "/consent", "decision", "deny")))
	back := must[*url.URL](t)(url.Parse(s.reads(signInAddress))).Query().Get("redirect_uri")
	v.get(back + "?" + denied.Encode())
	if out, code := s.ends(); code != 1 || out != "" || !strings.Contains(s.said(), "access_denied") {
		t.Errorf("denied: exit %d %s %s", code, out, s.said())
	}
	// An answer that another issuer has given (RFC 9207).
	s = d.login(t, "--client", c.ClientID)
	q := must[*url.URL](t)(url.Parse(s.reads(signInAddress))).Query()
	v.get(q.Get("redirect_uri") + "?" + url.Values{"code": {"x"}, "state": {q.Get("state")}, "iss": {"https://other.example"}}.Encode())
	if out, code := s.ends(); code != 1 || out != "" || !strings.Contains(s.said(), "mix-up attack") {
		t.Errorf("mixed up: exit %d %s %s", code, out, s.said())
	}
	s = d.login(t, "--client", c.ClientID, "--timeout", "1s")
	if out, code := s.ends(); code != 1 || out != "" || !strings.Contains(s.said(), "no one signed in in time") {
		t.Errorf("nobody came: exit %d %s %s", code, out, s.said())
	}
}

func TestLoginFromATerminalByDevice(t *testing.T) {
	t.Parallel()
	d := onCluster(t)
	c := d.native(t, "--grant-type", deviceGrant)
	who, v := d.person(t), d.visitor(t)
	s := d.login(t, "--client", c.ClientID, "--device", "--scope", "openid email")
	shown := s.reads(`enter\s+([A-Z]{3}-[A-Z]{3}-[A-Z]{3})`)
	p := v.follow(v.submit(v.get("/device"), "/device", "user_code", shown))
	if p.has("/login/mail") {
		p = v.signIn(d, p, who)
	}
	if p = v.follow(v.submit(p, "/device/", "decision", "allow")); p.status != http.StatusOK {
		t.Fatalf("%d %s", p.status, p.body)
	}
	if out, code := s.ends(); code != 0 || !strings.Contains(out, `"email": "`+who.email) {
		t.Errorf("exit %d\n%s\n%s", code, out, s.said())
	}
}

// TestTerminalPageWorksAsWritten runs the commands of docs/clients/terminal.md, and compares the shape
// of what they print.
func TestTerminalPageWorksAsWritten(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	text := string(must[[]byte](t)(os.ReadFile("../docs/clients/terminal.md")))
	commands := regexp.MustCompile("(?s)```sh\n(.*?)```\n\n```\n(.*?)```").FindStringSubmatch(text)
	create, login, _ := strings.Cut(strings.TrimSpace(commands[1]), "\n")
	var c registered
	if err := json.Unmarshal(d.command(t, append(shellWords(t, create)[1:], "--json")...), &c); err != nil {
		t.Fatal(err)
	}
	flags := shellWords(t, strings.NewReplacer("c_…", c.ClientID, "https://login.example", d.issuer).Replace(login))[2:]
	s := d.login(t, flags...)
	d.visitor(t).through(d, s.reads(signInAddress), d.person(t))
	out, code := s.ends()
	label := regexp.MustCompile(`(?m)^ {0,2}[A-Za-z_]+( token)?`)
	if want, got := label.FindAllString(commands[2], 10), label.FindAllString(out, 10); code != 0 || !slices.Equal(got, want) {
		t.Errorf("exit %d: %q, want %q\n%s%s", code, got, want, out, s.said())
	}

	update := regexp.MustCompile("`symbolon (client update [^`]+)`").FindStringSubmatch(text)[1]
	d.command(t, shellWords(t, strings.Replace(update, "c_…", c.ClientID, 1))...)
	s = d.login(t, "--client", c.ClientID, "--device")
	s.reads(`(` + d.issuer + `/device)`)
}

// shellWords are what a shell makes of a line.
func shellWords(t *testing.T, line string) []string {
	t.Helper()
	out := must[[]byte](t)(exec.Command("bash", "-c", `printf '%s\n' `+line).Output())
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
