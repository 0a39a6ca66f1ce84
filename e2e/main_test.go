package e2e

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

// run also reads, when every test is through, what all the nodes have written meanwhile.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "symbolon-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	// The user that PostgreSQL runs as must get through.
	if err := os.Chmod(dir, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	lab.dir = dir
	defer os.RemoveAll(dir)
	defer lab.endAll()
	code := m.Run()
	lab.closeShared()
	for _, leak := range lab.leaks() {
		fmt.Println("--- FAIL: a log holds", leak)
		code = 1
	}
	if code != 0 {
		lab.showErrors(os.Stdout)
	}
	return code
}

// showErrors prints what nodes logged as errors, for whoever asks why a test has failed.
func (l *laboratory) showErrors(w io.Writer) {
	for _, name := range l.logs {
		text, _ := os.ReadFile(name)
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, `"level":"ERROR"`) {
				fmt.Fprint(w, filepath.Base(name), " ", line)
			}
		}
	}
}

// laboratory is what the tests of one run share. Nothing in it is made before a test asks for it.
type laboratory struct {
	dir string

	mu        sync.Mutex
	processes []*process
	ends      []func()
	logs      []string // files that nodes write
	shared    []*deployment
	seen      vault
}

var lab laboratory

// atEnd has f called when every test is through.
func (l *laboratory) atEnd(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ends = append(l.ends, f)
}

func (l *laboratory) endAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, end := range l.ends {
		end()
	}
	for _, p := range l.processes {
		p.kill()
	}
}

func (l *laboratory) closeShared() {
	l.mu.Lock()
	shared := l.shared
	l.mu.Unlock()
	for _, d := range shared {
		for _, n := range d.nodes {
			n.process.kill()
		}
	}
}

// binary is the program under test, built once.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(lab.dir, "symbolon")
	build := exec.Command("go", "build", "-o", path, "../cmd/symbolon")
	build.Env = append(os.Environ(), "CGO_ENABLED="+cmp.Or(os.Getenv("CGO_ENABLED"), "0"))
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// must returns the value of a call that cannot fail in a healthy run.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

var errEnded = errors.New("the program has ended")
