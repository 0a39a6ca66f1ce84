package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// node is one `symbolon serve`.
type node struct {
	name    string
	dev     bool // `symbolon dev` instead, which asks programs on this machine
	env     []string
	dir     string
	listens atomic.Pointer[string] // host:port; a new one after each start
	process *process
	secure  *http.Client // reaches it by TLS; nil: it leaves that to the front
}

func (n *node) address() string { return *n.listens.Load() }

func (n *node) url() string {
	if n.secure != nil {
		return "https://" + n.address()
	}
	return "http://" + n.address()
}

// start runs the node and waits until it is ready.
func (n *node) start(t testing.TB) {
	t.Helper()
	command, listen := "serve", "127.0.0.1:0"
	if n.dev {
		command, listen = "dev", fmt.Sprint("127.0.0.1:", must[int](t)(freePort()))
	}
	cmd := exec.Command(must[string](t)(binary()), command, "--listen", listen, "--metrics-listen", "127.0.0.1:0")
	cmd.Env, cmd.Dir = n.env, n.dir
	p := must[*process](t)(launch(cmd, n.dir, n.name))
	n.process = p
	lab.mu.Lock()
	lab.logs = append(lab.logs, p.log)
	lab.mu.Unlock()
	err := p.answers(20*time.Second, func() error {
		address, err := listen, error(nil)
		if !n.dev {
			address, err = listenAddress(p.log)
		}
		if err != nil {
			return err
		}
		n.listens.Store(&address)
		return n.ready()
	})
	if err != nil {
		t.Fatal(err)
	}
}

// listenAddress finds where the node says in its log that it listens.
func listenAddress(log string) (string, error) {
	text, err := os.ReadFile(log)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		var record struct{ Msg, Listen string }
		if json.Unmarshal([]byte(line), &record) == nil && record.Msg == "serving" {
			return record.Listen, nil
		}
	}
	return "", fmt.Errorf("not serving yet")
}

func (n *node) ready() error {
	client := http.DefaultClient
	if n.secure != nil {
		client = n.secure
	}
	response, err := client.Get(n.url() + "/readyz")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("/readyz: %s", response.Status)
	}
	return nil
}

// health is what /readyz says.
func (n *node) health(t testing.TB) (status int, state string, reasons []string) {
	t.Helper()
	response, err := http.Get(n.url() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var said struct {
		Status  string
		Reasons []string
	}
	if err := json.NewDecoder(response.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, said.Status, said.Reasons
}

// restart ends the node by a signal and starts it anew.
func (n *node) restart(t testing.TB, by syscall.Signal) {
	t.Helper()
	n.process.signal(by)
	<-n.process.done
	n.start(t)
}
