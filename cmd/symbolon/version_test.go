package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBuildSaysWhichReleaseItIs runs what `make build` runs, into another place.
func TestBuildSaysWhichReleaseItIs(t *testing.T) {
	t.Parallel()
	recipe, err := exec.Command("make", "-s", "-n", "-C", "../..", "build", "RELEASE=v1.2.3-test").Output()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "symbolon")
	build := exec.Command("sh", "-c", strings.Replace(string(recipe), "-o symbolon", "-o "+program, 1))
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(program, "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "symbolon v1.2.3-test go") {
		t.Errorf("%v: %s", err, out)
	}
}
