package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// devServer is `symbolon dev` as a newcomer starts it, at another port.
func devServer(t testing.TB) (issuer string) { return devServerIn(t, t.TempDir()) }

func devServerIn(t testing.TB, dir string) (issuer string) {
	t.Helper()
	p, issuer := startDev(t, dir)
	t.Cleanup(p.kill)
	return issuer
}

// startDev starts `symbolon dev` with further settings, and waits until it is ready.
func startDev(t testing.TB, dir string, settings ...string) (p *process, issuer string) {
	t.Helper()
	port := must[int](t)(freePort())
	issuer = fmt.Sprintf("http://localhost:%d", port)
	cmd := exec.Command(must[string](t)(binary()), "dev", "--listen", fmt.Sprintf("127.0.0.1:%d", port))
	cmd.Dir = dir
	cmd.Env = append(settings, "PATH="+os.Getenv("PATH"), "HOME="+dir, "SYMBOLON_ISSUER="+issuer, "SYMBOLON_METRICS_LISTEN=127.0.0.1:0")
	p = must[*process](t)(launch(cmd, lab.dir, "dev"))
	err := p.answers(20*time.Second, func() error {
		response, err := http.Get(issuer + "/readyz")
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("/readyz: %s", response.Status)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, issuer
}

// devMail is an element of /dev/mail.json.
type devMail struct {
	To, Subject, Text, HTML string
	At                      time.Time
}

func devMails(t testing.TB, issuer string) []devMail {
	t.Helper()
	response, err := http.Get(issuer + "/dev/mail.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var mails []devMail
	if err := json.NewDecoder(response.Body).Decode(&mails); err != nil {
		t.Fatal(err)
	}
	return mails
}

// walkPlayground goes through the code flow as Alice, and stops where everything is shown.
func walkPlayground(b *tab, issuer string) {
	b.t.Helper()
	b.open(issuer + "/dev/playground").see("Playground").press("Start").see("Sign in to Demo app")
	b.press("Alice").see("Demo app wants access").press("Allow").see("Playground")
	b.until("the tokens", func() bool { return strings.Contains(b.text(), "decoded") })
}

func TestPlaygroundShowsTheWholeFlow(t *testing.T) {
	t.Parallel()
	issuer := devServer(t)
	for _, b := range []*tab{newTab(t), newTab(t).withoutScript()} {
		walkPlayground(b, issuer)
		text := b.text()
		for _, want := range []string{"/.well-known/openid-configuration", "code_challenge", "grant_type", `"sub"`, "at+jwt", "alice@example.com"} {
			if !strings.Contains(text, want) {
				t.Errorf("the playground does not show %s", want)
			}
		}
	}
}

func TestDevMailboxAndOpenRegistration(t *testing.T) {
	t.Parallel()
	issuer := devServer(t)
	b := newTab(t)
	b.open(issuer + "/login").see("Sign in")
	b.fill("email", "newcomer@example.com").press("Continue with email").see("Check your email")
	b.until("a mail", func() bool { return len(devMails(t, issuer)) == 1 })
	mail := devMails(t, issuer)[0]
	if mail.To != "newcomer@example.com" || mail.Subject == "" || mail.HTML == "" || time.Since(mail.At).Abs() > time.Minute {
		t.Errorf("%+v", mail)
	}
	b.fill("code", mailedCode.FindStringSubmatch(mail.Text)[1]).press("Sign in").see("Sign in faster next time")
	b.press("Not now").seeAccount("newcomer@example.com")
}

// A web site may make its own name lead to this machine, and is then let read whatever answers to it.
func TestDevAnswersToNoOtherName(t *testing.T) {
	t.Parallel()
	issuer := devServer(t)
	for host, want := range map[string]int{"": http.StatusOK, "evil.example": http.StatusMisdirectedRequest} {
		for _, path := range []string{"/dev/mail.json", "/login", "/.well-known/openid-configuration"} {
			r := must[*http.Request](t)(http.NewRequest(http.MethodGet, issuer+path, nil))
			r.Host = host
			if answer := must[reply](t)(replied(httpClient(), r)); answer.status != want || want != http.StatusOK && strings.Contains(string(answer.body), "subject") {
				t.Errorf("%q %s: %d", host, path, answer.status)
			}
		}
	}
}

func TestDevPrintsALineThatGetsAToken(t *testing.T) {
	t.Parallel()
	issuer := devServer(t)
	form := strings.NewReader("grant_type=client_credentials")
	r := must[*http.Request](t)(http.NewRequest(http.MethodPost, issuer+"/token", form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth("a_demo", "symbolon_cs_demo-agent-not-for-production")
	if answer := must[reply](t)(replied(httpClient(), r)); answer.status != 200 || answer.text("access_token") == "" {
		t.Errorf("%d %s", answer.status, answer.body)
	}
}

// TestSecondTerminalFindsWhatDevUses registers an agent beside a running `symbolon dev`, as README says.
func TestSecondTerminalFindsWhatDevUses(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string][]string{
		"with nothing configured":  nil,
		"on an empty PostgreSQL":   {"SYMBOLON_DATABASE_URL=" + newDatabase(t)},
		"on SQLite somewhere else": {"SYMBOLON_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "else.db")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			p, issuer := startDev(t, dir, settings...)
			t.Cleanup(p.kill)
			bot := createAgentIn(t, dir, settings)
			r := must[*http.Request](t)(http.NewRequest(http.MethodPost, issuer+"/token", strings.NewReader("grant_type=client_credentials")))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.SetBasicAuth(bot.ClientID, bot.ClientSecret)
			if answer := must[reply](t)(replied(httpClient(), r)); answer.status != http.StatusOK {
				t.Errorf("%d %s", answer.status, answer.body)
			}
		})
	}
}

func createAgentIn(t *testing.T, dir string, env []string) (bot registered) {
	t.Helper()
	cmd := exec.Command(must[string](t)(binary()), "agent", "create", "--name", "bot", "--scope", "read", "--audience", "https://api.example", "--json")
	cmd.Dir, cmd.Env = dir, append(env, "HOME="+dir)
	if err := json.Unmarshal(must[[]byte](t)(cmd.Output()), &bot); err != nil {
		t.Fatal(err)
	}
	lab.seen.secret("client secret", bot.ClientSecret)
	return bot
}
