package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A node whose database is not there yet ends with an error, and the unit starts it again, as often
// as it takes.
func TestServiceSurvivesALateDatabase(t *testing.T) {
	t.Parallel()
	unit := string(must[[]byte](t)(os.ReadFile("../deploy/symbolon.service")))
	before, service, _ := strings.Cut(unit, "[Service]")
	if !strings.Contains(before, "\nStartLimitIntervalSec=0\n") || !strings.Contains(service, "\nRestart=on-failure\n") ||
		!strings.Contains(service, "\nRestartSec=") {
		t.Error("systemd gives up after a few starts in a row")
	}
	f := newFragile(t)
	n := f.nodes[0]
	n.process.kill()
	f.postgres.pull()
	for range 3 {
		cmd := exec.Command(must[string](t)(binary()), "serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0")
		cmd.Env, cmd.Dir = n.env, n.dir
		p := must[*process](t)(launch(cmd, n.dir, "late"))
		select {
		case <-p.done:
		case <-time.After(time.Minute):
			t.Fatal("it waits without an end")
		}
		if p.err == nil {
			t.Fatal("it ends as if all were well")
		}
	}
	f.postgres.plug()
	n.start(t)
}
