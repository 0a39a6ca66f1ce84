package e2e

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestSystemdUnitStartsAsItSays follows the head of deploy/symbolon.service in a directory of its own,
// then does what systemd does: it hands the service copies of its credentials, and nothing else of
// /etc/symbolon, which only root reads.
func TestSystemdUnitStartsAsItSays(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	unit := string(must[[]byte](t)(os.ReadFile("../deploy/symbolon.service")))
	unit = strings.NewReplacer("/usr/local/bin/symbolon", must[string](t)(binary()), "/etc/", root+"/etc/", "/var/lib/", root+"/var/lib/",
		"%d", root+"/credentials").Replace(unit)
	env := []string{"HOME=" + root, "PATH=" + filepath.Dir(must[string](t)(binary())) + ":" + os.Getenv("PATH")}

	for _, line := range regexp.MustCompile(`(?m)^#   (.+)$`).FindAllStringSubmatch(unit, -1) {
		if strings.HasPrefix(line[1], "symbolon config validate") {
			setMail(t, root+"/etc/symbolon/symbolon.yaml")
		}
		if strings.HasPrefix(line[1], "systemctl ") {
			break
		}
		cmd := exec.Command("sh", "-c", line[1])
		cmd.Env, cmd.Dir = env, root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line[1], err, out)
		}
	}
	if err := os.Mkdir(root+"/credentials", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, credential := range regexp.MustCompile(`(?m)^LoadCredential=([^:]+):(.+)$`).FindAllStringSubmatch(unit, -1) {
		if err := os.Rename(credential[2], root+"/credentials/"+credential[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(root + "/etc"); err != nil {
		t.Fatal(err)
	}
	before := must[[]os.DirEntry](t)(os.ReadDir(root + "/credentials"))

	start := strings.Fields(regexp.MustCompile(`(?m)^ExecStart=(.+)$`).FindStringSubmatch(unit)[1])
	cmd := exec.Command(start[0], start[1:]...)
	cmd.Dir = regexp.MustCompile(`(?m)^WorkingDirectory=(.+)$`).FindStringSubmatch(unit)[1]
	cmd.Env = []string{"SYMBOLON_LISTEN=127.0.0.1:0", "SYMBOLON_METRICS_LISTEN=127.0.0.1:0", "SYMBOLON_LOG_FORMAT=json"}
	p := must[*process](t)(launch(cmd, root, "unit"))
	t.Cleanup(p.kill)
	err := p.answers(20*time.Second, func() error {
		address, err := listenAddress(p.log)
		if err != nil {
			return err
		}
		_, err = http.Get("http://" + address + "/readyz")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if after := must[[]os.DirEntry](t)(os.ReadDir(root + "/credentials")); len(after) != len(before) {
		t.Errorf("the service writes beside its credentials, where it may not: %v", after)
	}
}

// setMail is what a reader does who is told to set smtp_url and mail_from.
func setMail(t *testing.T, file string) {
	t.Helper()
	text := string(must[[]byte](t)(os.ReadFile(file)))
	set := strings.NewReplacer(`smtp_url: ""`, `smtp_url: smtp://127.0.0.1:25`, `mail_from: ""`, `mail_from: login@example.com`).Replace(text)
	if set == text {
		t.Fatalf("there is nothing to set in\n%s", text)
	}
	if err := os.WriteFile(file, []byte(set), 0o600); err != nil {
		t.Fatal(err)
	}
}
