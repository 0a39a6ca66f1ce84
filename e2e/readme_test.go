package e2e

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// testedBlock is a block of commands that a reader is told to run: ```sh after <!-- test -->.
var testedBlock = regexp.MustCompile("(?ms)^<!-- test -->\\s*^```sh\n(.*?)^```")

// commands returns all tested blocks as one script: what one of them sets, the next can use.
func commands(text string) (script string, blocks int) {
	found := testedBlock.FindAllStringSubmatch(text, -1)
	parts := []string{"set -euo pipefail"}
	for _, block := range found {
		parts = append(parts, block[1])
	}
	return strings.Join(parts, "\n"), len(found)
}

const newcomersIssuer = "http://localhost:8080" // where the README says the server runs

// follow runs the script as a reader would: in a copy of the sources, where `symbolon dev` runs. What
// `go run` would build has been built already, from the same sources.
func follow(t *testing.T, script string) string {
	t.Helper()
	dir := copyOfSources(t)
	issuer := devServerIn(t, dir)
	script = strings.ReplaceAll(script, "go run ./cmd/symbolon", "symbolon")
	script = strings.ReplaceAll(script, newcomersIssuer, issuer)
	script = strings.ReplaceAll(script, strings.TrimPrefix(newcomersIssuer, "http://"), strings.TrimPrefix(issuer, "http://"))
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(must[string](t)(binary()))+":"+os.Getenv("PATH"), "SYMBOLON_ISSUER="+issuer)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s\n%s", err, script, out)
	}
	return string(out)
}

func copyOfSources(t *testing.T) string {
	t.Helper()
	to := t.TempDir()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && path != ".." && (strings.HasPrefix(name, ".") || name == "symbolon-dev" || name == "node_modules") {
			return fs.SkipDir
		}
		target := filepath.Join(to, strings.TrimPrefix(path, ".."))
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		if !entry.Type().IsRegular() || name == "symbolon" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func TestREADMECommandsWork(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../README.md")
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatal("there is no README.md")
	}
	if err != nil {
		t.Fatal(err)
	}
	script, blocks := commands(string(text))
	if blocks == 0 {
		t.Fatal("no block of the README is marked with <!-- test -->")
	}
	follow(t, script)
}

func TestCommandsOfATextAreRunTogether(t *testing.T) {
	t.Parallel()
	script, blocks := commands("# Title\n\n<!-- test -->\n```sh\nSEEN=$(curl -sf http://localhost:8080/livez)\n```\nnot this:\n```sh\nexit 1\n```\n" +
		"<!-- test -->\n\n```sh\necho \"seen $SEEN\"; test -f go.mod; symbolon version >/dev/null\n```\n")
	if blocks != 2 {
		t.Fatalf("%d blocks", blocks)
	}
	if out := follow(t, script); !strings.Contains(out, "seen ok") {
		t.Errorf("%s", out)
	}
}

func TestREADMENamesTheGoItNeeds(t *testing.T) {
	t.Parallel()
	readme, module := string(must[[]byte](t)(os.ReadFile("../README.md"))), must[[]byte](t)(os.ReadFile("../go.mod"))
	needed := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module)
	if !strings.Contains(readme, "Go "+string(needed[1])+" or later") {
		t.Errorf("README does not say that Go %s is needed", needed[1])
	}
}
